"""`session-history`, and `python -m server`."""

import gc

# What is imported stays for good. Collecting among it, again and again while it grows, takes a
# sixth of the time that a start takes.
gc.disable()

from server.command_line import main  # noqa: E402 - the reason is above
from server.identity_commands import identity  # noqa: E402

main.add_command(identity)

gc.enable()
gc.freeze()

if __name__ == "__main__":
    main()
