"""What the operator decides about access; server/settings.py reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may come in by themselves, for how long, and how often somebody may try.

    `export_minutes` is how long the link of an export opens.
    """

    sign_up: bool = True
    idle_minutes: int = 30
    sign_in_hours: int = 12
    attempts_per_network: int = 100
    export_minutes: int = 60
