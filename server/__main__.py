"""`session-history`, and `python -m server`."""

import gc

# What is imported stays for good. Collecting among it, again and again while it grows, takes a
# sixth of the time that a start takes.
gc.disable()

from server.commands.main import main  # noqa: E402 - the reason is above

gc.enable()
gc.freeze()

if __name__ == "__main__":
    main()
