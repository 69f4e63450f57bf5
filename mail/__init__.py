"""What leaves as mail: what it says, the calendar part of it, and who carries it."""
