"""The files that the page loads: ours, and those of others in `assets/`."""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

PREFIX: Final = "/graphiql/"
BROWSER: Final = Path(__file__).parent / "browser"

_VENDORED: Final = Path(__file__).parent / "assets"
_OURS: Final = ("look.css", "icon.svg", "start.js")
_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS: Final = {
    # A path names a version of a file, and that never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file that is served below `/graphiql/`."""

    path: str
    body: bytes
    integrity: str

    @property
    def suffix(self) -> str:
        """What kind of file it is: `.js`, `.css` or `.svg`."""
        return Path(self.path).suffix


def integrity_of(body: bytes) -> str:
    """The SHA-384 of a file, as an `integrity` attribute has it (Subresource Integrity)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"


@cache
def files() -> dict[str, File]:
    """Every file that is served, by its path below `/graphiql/`, in the order of loading.

    Read from disk once. The integrity of the files of others is the manifest's: a file that
    changed on its way here is one that browsers refuse.
    """
    manifest = orjson.loads((_VENDORED / "manifest.json").read_bytes())
    bodies = {name: (BROWSER / name).read_bytes() for name in _OURS}
    version = hashlib.sha256(b"".join(bodies.values())).hexdigest()[:12]
    found = [
        File(entry["file"], (_VENDORED / entry["file"]).read_bytes(), entry["integrity"])
        for entry in manifest
    ] + [
        File(f"session-history@{version}/{name}", body, integrity_of(body))
        for name, body in bodies.items()
    ]
    return {file.path: file for file in found}


@cache
def _gzipped(path: str) -> bytes:
    return gzip.compress(files()[path].body, mtime=0)


async def _serve(request: Request) -> Response:
    # A look-up among known paths: no path leads to any other file.
    file = files().get(request.path_params["path"])
    if file is None:
        raise HTTPException(404)
    media_type = _MEDIA_TYPES[file.suffix]
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(file.body, headers=_HEADERS, media_type=media_type)
    body = await run_in_threadpool(_gzipped, file.path)
    return Response(body, headers={**_HEADERS, "Content-Encoding": "gzip"}, media_type=media_type)


def assets() -> Mount:
    """What the page loads, under `/graphiql/`."""
    return Mount(PREFIX.rstrip("/"), routes=[Route("/{path:path}", _serve)], name="graphiql")
