"""What was acknowledged survives a power cut: it is on the disk before anybody is told."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.database import Database
from models.engines.group_commit import MOST
from server.opening import database_of
from server.settings import Settings
from tests.e2e.conftest import ROOT

WRITES = 20
PROGRAM = f"""
import asyncio, sys
from models.database import Database
from models.transaction import write

async def main():
    async with Database(sys.argv[1]) as database:
        for number in range({WRITES}):
            await write(database, lambda transaction: transaction.fetch(
                "INSERT INTO attempt_limit (name, used_up_until_ms) VALUES ($1, 0) RETURNING name",
                [f"{{number:064}}"]))
            print("acknowledged", flush=True)

asyncio.run(main())
"""
TOGETHER = f"""
import asyncio, sys
from models.database import Database
from models.transaction import write

async def main():
    async def add(number):
        await write(database, lambda transaction: transaction.fetch(
            "INSERT INTO attempt_limit (name, used_up_until_ms) VALUES ($1, 0) RETURNING name",
            [f"{{number:064}}"]))
        print("acknowledged", flush=True)

    async with Database(sys.argv[1]) as database:
        await asyncio.gather(*map(add, range({WRITES})))

asyncio.run(main())
"""


async def test_an_open_database_writes_through_to_its_disk(url: str) -> None:
    """As the settings open it: asked on the connection that writes."""
    async with database_of(Settings(database_url=url)) as database:
        assert isinstance(database, Database)
        ask = database.client.execute_query_dict
        if database.engine_name == "sqlite":
            (synchronous,) = (await ask("PRAGMA synchronous"))[0].values()
            (journal,) = (await ask("PRAGMA journal_mode"))[0].values()
            assert (synchronous, journal) == (2, "wal")  # 2 is FULL
        else:
            (synchronous,) = (await ask("SHOW synchronous_commit"))[0].values()
            assert synchronous == "on"


def synchronised_before_each(program: str, url: str, tmp_path: Path) -> list[int]:
    """Run a program of writes: for each one acknowledged, how often the disk was waited for since
    the one before it."""
    calls = tmp_path / "calls"
    trace = [
        "strace",
        "-f",
        "-e",
        "trace=fdatasync,fsync,write",
        "-e",
        "signal=none",
        "-o",
        str(calls),
    ]
    traced = subprocess.run(
        [*trace, sys.executable, "-c", program, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if "PTRACE" in traced.stderr or "ptrace" in traced.stderr:
        pytest.skip("this machine lets nobody trace a process")
    assert traced.stdout.count("acknowledged") == WRITES, traced.stderr

    synchronised, counts = 0, []
    for line in calls.read_text().splitlines():
        if "sync(" in line:
            synchronised += 1
        elif 'write(1, "acknowledged' in line:
            counts.append(synchronised)
            synchronised = 0
    assert len(counts) == WRITES
    return counts


sqlite_alone = pytest.mark.parametrize("engine", ["sqlite"])
traced = pytest.mark.skipif(
    shutil.which("strace") is None, reason="counting system calls takes strace"
)


@sqlite_alone
@traced
def test_every_acknowledged_commit_is_synchronised_first(url: str, tmp_path: Path) -> None:
    """PostgreSQL does this in a process of its own, which is not ours to test."""
    assert min(synchronised_before_each(PROGRAM, url, tmp_path)) >= 1


@sqlite_alone
@traced
def test_writes_that_come_together_are_acknowledged_after_the_commit_they_share(
    url: str, tmp_path: Path
) -> None:
    """Sixteen in one and four in the other, and the disk is waited for once for each."""
    counts = synchronised_before_each(TOGETHER, url, tmp_path)

    shared = [place for place, synchronised in enumerate(counts) if synchronised]
    assert shared == [0, MOST]
