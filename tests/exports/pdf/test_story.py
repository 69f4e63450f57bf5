"""Whatever gets into the markup, nothing is fetched for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFError
from xhtml2pdf.config.resources import PERMISSIVE_POLICY

from exports.pdf import story
from exports.pdf.canvas import PieceCanvas

MARKER = "a-secret-that-is-in-the-file"


@contextmanager
def _listening() -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the paths that it was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="{at}/a.png">',
        '<link rel="stylesheet" href="{at}/a.css">',
        "<style>@import url({at}/a.css);</style>",
        "<style>@font-face {{ font-family: X; src: url({at}/a.ttf) }}</style>",
        '<p style="background-image: url({at}/a.png)">x</p>',
        "<style>@page {{ background-image: url({at}/a.pdf) }}</style><p>x</p>",
        '<pdf:insertpdf src="{at}/a.pdf" />',
        '<ul><li style="list-style-image: url({at}/a.png)">x</li></ul>',
    ],
)
def test_markup_that_asks_for_something_gets_nothing(markup: str, tmp_path: Path) -> None:
    suffixes = ("png", "css", "pdf", "ttf")
    for suffix in suffixes:
        (tmp_path / f"a.{suffix}").write_text(f"p:before {{ content: '{MARKER}' }} {MARKER}")
    with _listening() as (address, asked):
        for at in (address, tmp_path.as_uri(), str(tmp_path)):
            told = story.told(f"<html><body>{markup.format(at=at)}<p>shown</p></body></html>")
            canvas = PieceCanvas("", prefix="P")
            drawn = "".join(canvas.drawn(one, 400).operators for one in told.flowables)
            assert MARKER not in drawn

    assert asked == []


@pytest.mark.filterwarnings("ignore:<pdf.font> is deprecated")
def test_a_font_that_is_asked_for_ends_the_rendering() -> None:
    with _listening() as (address, asked), pytest.raises(TTFError):
        story.told(f'<html><body><pdf:font name="X" src="{address}/a.ttf" /></body></html>')

    assert asked == []


def test_without_the_policy_it_would_have_been_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "POLICY", PERMISSIVE_POLICY)

    with _listening() as (address, asked):
        story.told(f'<html><body><img src="{address}/a.png"></body></html>')

    assert "/a.png" in asked


def test_a_file_of_the_machine_is_not_drawn_as_text() -> None:
    told = story.told('<html><body><p>x</p><img src="file:///etc/passwd"></body></html>')

    canvas = PieceCanvas("", prefix="P")
    assert "root" not in "".join(canvas.drawn(one, 400).operators for one in told.flowables)
