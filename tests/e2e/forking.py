"""Servers that start at once: a process imports everything, and forks a server when it is told to.

A line on its standard input has a port and a log file; it answers with the id of the process that
runs `session-history serve` from there on. Importing is most of what a start takes.
"""

import os
import signal
import sys

import server.app  # noqa: F401 - what uvicorn would import by its name
from server.commands.main import main


def serve_forks() -> None:
    """Fork a server for every line, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for line in sys.stdin:
        port, log = line.split()
        child = os.fork()
        if child == 0:
            written = os.open(log, os.O_WRONLY | os.O_CREAT)
            os.dup2(written, sys.stdout.fileno())
            os.dup2(written, sys.stderr.fileno())
            main(["serve", "--port", port])
        print(child, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    serve_forks()
