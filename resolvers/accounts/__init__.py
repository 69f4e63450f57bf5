"""Accounts: who may come in, with what, for how long, and how often somebody may try."""
