"""That the server stops: streams, which would not end by themselves, wait for it."""

import asyncio
from typing import Final

# uvicorn tells the application only after the last answer is sent (0.54), so a stream that goes on
# for ever would hold up the end. The HTTP protocol, which is told at once, sets this.
stopping: Final = asyncio.Event()
