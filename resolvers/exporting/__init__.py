"""Histories on their way out as files: asking for one, making it, and following its link."""
