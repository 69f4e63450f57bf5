"""`python -m server` is `session-history`."""

from server.command_line import main

main()
