"""The demo practice: one that looks alive, the same for a seed and a time."""

from server.demo.plan import plan_practice
from server.demo.practice import DEMO_EMAIL
from server.demo.store import DEMO_PASSWORD, AlreadyThere, fill

__all__ = ["DEMO_EMAIL", "DEMO_PASSWORD", "AlreadyThere", "fill", "plan_practice"]
