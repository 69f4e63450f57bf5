"""A worker that tells what holds while it answers: `python -m tests.exports.telling _ SECONDS`."""

import resource
import signal
import sys
import time

from exports.messages import Message
from exports.working import work


def tell(_question: Message) -> Message:
    """What the system was asked for."""
    most, _ = resource.getrlimit(resource.RLIMIT_CPU)
    return Message(
        {
            "offers_every_seconds": signal.getitimer(signal.ITIMER_REAL)[1],
            "ends_at_an_offer": signal.getsignal(signal.SIGALRM) is signal.SIG_DFL,
            "computes_for_seconds": most - time.process_time(),
        }
    )


if __name__ == "__main__":
    work(tell, seconds=int(sys.argv[2]))
