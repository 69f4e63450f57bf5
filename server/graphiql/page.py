"""The page: GraphiQL with example queries, and a policy that lets it load nothing but our files."""

import secrets
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.graphiql.files import BROWSER, PREFIX, File, files

_EXAMPLES: Final = Path(__file__).parent / "examples"
_OF_THE_PORTAL: Final = _EXAMPLES / "portal"
_TAGS: Final = {
    ".css": '<link rel="stylesheet" href="{url}" integrity="{integrity}">',
    ".js": '<script src="{url}" integrity="{integrity}" defer></script>',
    ".svg": '<link rel="icon" href="{url}" type="image/svg+xml">',
}


def content_security_policy(nonce: str) -> str:
    """What the page may do: load our files, and ask our server.

    GraphiQL's style sheet brings its fonts and some images along as data URLs. The nonce is for
    the style elements that its dialogs and menus add; scripts come from files only.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def examples(folder: Path) -> list[dict[str, str]]:
    """The example queries with their variables, both as text, in the order of the page's tabs."""
    return [
        {
            "query": path.read_text("utf-8").strip(),
            "variables": path.with_suffix(".json").read_text("utf-8").strip(),
        }
        for path in sorted(folder.glob("*.graphql"))
    ]


def _tag(file: File) -> str:
    return _TAGS[file.suffix].format(url=escape(PREFIX + file.path), integrity=file.integrity)


@cache
def _template() -> Template:
    return Template((BROWSER / "page.html").read_text("utf-8"))


@cache
def _content(folder: Path) -> dict[str, str]:
    """What the page is filled with, besides its nonce."""
    # Inside a script element `</script` would end it; JSON can say `<` without writing one.
    data = orjson.dumps(examples(folder)).decode().replace("<", r"\u003c")
    return {"head": "\n    ".join(_tag(file) for file in files().values()), "examples": data}


async def page(request: Request) -> Response:
    """GraphiQL, for a browser; it asks the address that it is at."""
    folder = _OF_THE_PORTAL if request.url.path.startswith("/portal/") else _EXAMPLES
    nonce = secrets.token_urlsafe(16)
    return HTMLResponse(
        _template().substitute(_content(folder), nonce=nonce),
        headers={
            "Cache-Control": "no-store",  # the nonce is for this answer alone
            "Content-Security-Policy": content_security_policy(nonce),
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept",
            "X-Content-Type-Options": "nosniff",
        },
    )
