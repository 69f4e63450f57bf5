"""The benchmarks run, and measure only servers that say the same. How fast is nobody's promise."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import store
from benchmarks.comparison import compare, difference
from benchmarks.load import Exchange, WrongAnswer, drive
from benchmarks.peers import ON_NODE, PEERS
from benchmarks.peers.peer import Peer
from benchmarks.postgres import filled
from benchmarks.practice import Practice
from benchmarks.query import QUESTIONS
from benchmarks.rows import CLIENTS, rows
from benchmarks.serving import running

ROOT = Path(__file__).parent.parent


# Packages are fetched and one is compiled, once on a machine.
_INSTALL_SECONDS = 900


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A small practice, and few of its clients, so that asking takes no longer than starting."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "CACHE", tmp_path_factory.mktemp("practice"))
        made = store.kept_practice(300, tell=print)
    return replace(made, clients=made.clients[:12])


@pytest.fixture
def practice_in(practice: Practice, engine: str, request: pytest.FixtureRequest) -> Practice:
    """The practice, where servers of one engine find it."""
    return practice if engine == "sqlite" else _on_postgres(practice, request)


def _on_postgres(practice: Practice, request: pytest.FixtureRequest) -> Practice:
    uri: str = request.getfixturevalue("postgres_server")
    return replace(practice, postgres_url=asyncio.run(filled(uri, practice, tell=print)))


def _says_the_same(peers: Sequence[Peer], practice: Practice, logs: Path) -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(running(peer, practice, core=None, log=logs / f"{number}.log"))
            for number, peer in enumerate(peers)
        ]
        for question in QUESTIONS:
            said = compare(servers, question)
            assert {len(one) for one in said.values()} == {len(practice.clients)}


def test_a_short_run_compares_the_answers_and_prints_a_line_for_each_server(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--seconds=0.2", "--rounds=1", "--sessions=300"),
            *("--engine=sqlite", "--peer=floor", "--peer=ours", "--write=written.md"),
        ],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    table = [line.split("|") for line in ended.stdout.splitlines() if line.startswith("|")]
    assert [cells[1].strip() for cells in table] == ["server", "---", "floor", "ours"] * 2
    assert {len(cells) for cells in table} == {len(table[0])}
    assert f"{2 * CLIENTS} answers, equal from all servers" in ended.stdout
    assert (tmp_path / "written.md").read_text() == ended.stdout.rstrip("\n") + "\n"


def test_servers_in_python_answer_as_the_floor_does(
    practice_in: Practice, engine: str, tmp_path: Path
) -> None:
    meant = "sqlite" if engine == "sqlite" else "postgresql"
    here = [peer for peer in PEERS if peer.engine == meant and peer not in ON_NODE]
    able = [peer for peer in here if peer.missing(print) is None]

    assert {"floor", "ours"} <= {peer.name for peer in able}
    _says_the_same(able, practice_in, tmp_path)


@pytest.mark.timeout(_INSTALL_SECONDS)
def test_servers_on_node_answer_as_the_floor_does(
    practice: Practice, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    missing = {peer.missing(print) for peer in ON_NODE} - {None}
    if missing:
        pytest.skip("; ".join(map(str, missing)))
    for floor in (one for one in PEERS if one.name == "floor"):
        there = practice if floor.engine == "sqlite" else _on_postgres(practice, request)
        on_engine = [peer for peer in ON_NODE if peer.engine == floor.engine]
        _says_the_same([floor, *on_engine], there, tmp_path)


class _Always(asyncio.Protocol):
    """Answers everything with the same."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", "other than the one"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes", "3 bytes instead of 2"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nok", "503 Busy"),
        (b"HTTP/1.1 200 OK\r\n\r\nok", "without Content-Length"),
    ],
)
def test_the_load_ends_at_a_wrong_answer(answer: bytes, wrong: str) -> None:
    async def load() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Always(answer), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await drive([Exchange(b"?", b"ok")], port=port, seconds=5, connections=1)

    with pytest.raises(WrongAnswer, match=wrong):
        asyncio.run(load())


def test_the_load_counts_what_was_answered_rightly() -> None:
    async def load() -> dict[str, float]:
        loop = asyncio.get_running_loop()
        right = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        server = await loop.create_server(lambda: _Always(right), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await drive([Exchange(b"?", b"ok")], port=port, seconds=0.05, connections=2)

    assert asyncio.run(load())["requests"] >= 2


def test_pdfs_are_measured_beside_each_other() -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.pdf", "--rounds=1"),
            "--sessions=2",
            "--sessions=9",
            "--per-piece=1",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    table = [line.split("|") for line in ended.stdout.splitlines() if line.startswith("|")]
    assert [cells[1].strip() for cells in table[2:]] == [
        "2, in pieces of 100",
        "9, in pieces of 100",
        "2, in pieces of 1",
        "2, workers not started",
    ]
    assert {len(cells) for cells in table} == {len(table[0])}


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({"data": [{"id": "a", "n": 1}]}, None),
        ({"data": [{"id": "b", "n": 1}]}, "$.data[0].id: 'a' is 'b' there"),
        ({"data": [{"id": "a", "n": True}]}, "$.data[0].n: '1' is 'True' there"),
        ({"data": [{"id": "a"}]}, "$.data[0]: \"{'id': 'a', 'n': 1}\" is \"{'id': 'a'}\" there"),
        ({"data": []}, "$.data: \"[{'id': 'a', 'n': 1}]\" is '[]' there"),
        (None, "$: \"{'data': [{'id': 'a', 'n': 1}]}\" is 'None' there"),
    ],
)
def test_a_different_answer_is_refused_with_the_place(answer: object, where: str | None) -> None:
    assert difference({"data": [{"id": "a", "n": 1}]}, answer) == where


def test_the_same_rows_are_made_every_time() -> None:
    assert list(rows(500)) == list(rows(500))


def test_every_server_has_a_name_of_its_own() -> None:
    assert len({(peer.engine, peer.name) for peer in PEERS}) == len(PEERS)
