"""What a client can ask and do: reads of their own sessions, and the two changes open to them.

Nothing here reads a column that is not theirs to see (docs/decisions/0011).
"""
