"""Asking for a client's history and fetching the file: a process of its own.

    python -m benchmarks.exporting.download FOLDER PORT CSV|PDF CLIENT FILE [again]

Prints the seconds from asking for the file to its last byte. With `again` it goes on, and ends
after the file that it has asked for when it is told to: no server is left at work on it.
"""

import signal
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson

from benchmarks.practice import Practice
from benchmarks.query import PATH, headers

_ASK: Final = """mutation ($client: ID!, $format: ExportFormat!) {
  exportSessionHistory(input: {clientId: $client, format: $format}) {
    export { url } errors { message }
  }
}"""
_READ_AT_ONCE: Final = 1 << 18
_OK: Final = 200


class NoFile(Exception):
    """What came instead of the file."""


def fetch(practice: Practice, port: int, format_: str, client_id: str, *, to: Path) -> float:
    """Have the file made and write it to `to`; the seconds from asking for it to its last byte.

    Raises:
        NoFile: there was another answer.
    """
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        variables = {"client": client_id, "format": format_}
        body = orjson.dumps({"query": _ASK, "variables": variables})
        connection.request("POST", PATH, body, headers(practice))
        text = connection.getresponse().read()
        answer = (orjson.loads(text).get("data") or {}).get("exportSessionHistory")
        if not answer or not answer["export"]:
            raise NoFile(text.decode())
        link = urlsplit(answer["export"]["url"])
        connection.request("GET", f"{link.path}?{link.query}")
        response = connection.getresponse()
        if response.status != _OK:
            raise NoFile(f"{response.status} {response.read().decode()}")
        with to.open("wb") as file:
            while piece := response.read1(_READ_AT_ONCE):
                file.write(piece)
        return time.perf_counter() - began
    finally:
        connection.close()


def main(folder: str, port: str, format_: str, client_id: str, file: str, again: str = "") -> None:
    """Fetch once, or again and again."""
    practice, to = Practice.read(Path(folder)), Path(file)
    told: list[int] = []
    if again:
        signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    while not told:
        seconds = fetch(practice, int(port), format_, client_id, to=to)
        sys.stdout.write(f"{seconds}\n")
        sys.stdout.flush()
        if not again:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
