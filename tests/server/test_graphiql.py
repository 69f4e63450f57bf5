"""The GraphiQL page: what it loads, what it may do, and whether its examples run."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from graphql import build_schema, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route

from models.enums import SessionStatus
from schema.build import practitioner_schema
from server import graphiql
from server.graphiql.files import integrity_of
from tests.portal import ask_as
from tests.practice import Practice

FOLDER = Path(graphiql.__file__).parent
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# In an SVG this is the name of the format; nothing is fetched from there.
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of the script elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)

    @property
    def loaded(self) -> list[dict[str, str]]:
        """Every attribute set with an address, `url` being the address."""
        return [
            {"url": url, **{name: value or "" for name, value in attributes.items()}}
            for _, attributes in self.found
            if (url := attributes.get("src") or attributes.get("href"))
        ]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    paths = ("/graphql", "/portal/graphql")
    app = Starlette(routes=[*(Route(one, graphiql.page) for one in paths), graphiql.assets()])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def page(http: httpx.AsyncClient) -> httpx.Response:
    return await http.get("/graphql")


@pytest.fixture
def examples(page: httpx.Response) -> list[dict[str, str]]:
    return examples_on(page)


def examples_on(page: httpx.Response) -> list[dict[str, str]]:
    """The example queries, as the script on the page reads them."""
    [text] = [text for text in Elements(page.text).scripts if text.strip()]
    read: list[dict[str, str]] = json.loads(text)
    return read


def policy_of(page: httpx.Response) -> dict[str, str]:
    """The directives of the page's Content-Security-Policy."""
    directives = page.headers["content-security-policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


async def test_the_page_is_html_with_our_name_on_it(page: httpx.Response) -> None:
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Session History</title>" in page.text


async def test_the_page_loads_nothing_but_our_own_files(page: httpx.Response) -> None:
    urls = [loaded["url"] for loaded in Elements(page.text).loaded]

    assert len(urls) > 1
    assert [url for url in urls if not url.startswith("/graphiql/")] == []


async def test_every_file_is_served_as_what_it_is(
    http: httpx.AsyncClient, page: httpx.Response
) -> None:
    for loaded in Elements(page.text).loaded:
        answer = await http.get(loaded["url"])

        assert answer.status_code == httpx.codes.OK
        media_type = answer.headers["content-type"].split(";")[0]
        assert media_type == MEDIA_TYPES[Path(loaded["url"]).suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_script_and_style_sheet_has_the_integrity_that_the_page_names(
    http: httpx.AsyncClient, page: httpx.Response
) -> None:
    checked = [one for one in Elements(page.text).loaded if one.get("rel") != "icon"]
    assert checked

    for loaded in checked:
        assert integrity_of((await http.get(loaded["url"])).content) == loaded["integrity"]


async def test_a_file_has_its_version_in_its_address_and_is_kept_for_ever(
    http: httpx.AsyncClient, page: httpx.Response
) -> None:
    for loaded in Elements(page.text).loaded:
        answer = await http.get(loaded["url"])

        assert re.fullmatch(r"/graphiql/\S+@[0-9a-f.]+/[^/]+", loaded["url"])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("accepted", ["gzip, br", "identity"])
async def test_a_file_is_compressed_only_for_who_can_read_that(
    http: httpx.AsyncClient, page: httpx.Response, accepted: str
) -> None:
    url = Elements(page.text).loaded[0]["url"]

    answer = await http.get(url, headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == ("gzip" if "gzip" in accepted else None)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (FOLDER / "assets" / url.removeprefix("/graphiql/")).read_bytes()


async def test_what_we_wrote_names_no_other_host(page: httpx.Response) -> None:
    ours = [path.read_text("utf-8") for path in (FOLDER / "browser").iterdir()]

    for text in [page.text, *ours]:
        assert not re.search(r"https?:|['\"(=]//", text.replace(SVG_NAMESPACE, ""))


async def test_scripts_come_from_files_only(page: httpx.Response) -> None:
    assert policy_of(page)["script-src"] == "'self'"
    scripts = [attributes for tag, attributes in Elements(page.text).found if tag == "script"]
    assert all("src" in script or script["type"] == "application/json" for script in scripts)


async def test_the_page_may_do_nothing_that_it_does_not_need(page: httpx.Response) -> None:
    policy = policy_of(page)

    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_every_answer_has_a_nonce_of_its_own(
    http: httpx.AsyncClient, page: httpx.Response
) -> None:
    again = await http.get("/graphql")

    nonces = [
        attributes["nonce"]
        for answer in (page, again)
        for _, attributes in Elements(answer.text).found
        if "nonce" in attributes
    ]
    assert len(set(nonces)) == 2
    for answer, nonce in zip((page, again), nonces, strict=True):
        assert policy_of(answer)["style-src"] == f"'self' 'nonce-{nonce}'"
        assert answer.headers["cache-control"] == "no-store"


async def test_the_three_examples_fit_the_schema(examples: list[dict[str, str]]) -> None:
    schema = build_schema(practitioner_schema().as_str())

    assert len(examples) == 3
    for example in examples:
        assert validate(schema, parse(example["query"])) == []


async def test_the_three_examples_answer_with_what_is_there(
    practice: Practice, examples: list[dict[str, str]]
) -> None:
    ada = await practice.add_client("Ada Lovelace")
    await practice.add_session(ada, status=SessionStatus.COMPLETED)
    await practice.add_session(ada, status=SessionStatus.PENDING)

    history, review, statistics = [
        await practice.ask(example["query"], json.loads(example["variables"]))
        for example in examples
    ]

    assert history.errors == review.errors == statistics.errors == []
    assert history.data["clients"]["nodes"][0]["sessions"]["totalCount"] == 2
    assert review.data["clients"]["nodes"][0]["name"] == "Ada Lovelace"
    assert review.data["needsStatus"]["totalCount"] == 1
    assert statistics.data["sessions"]["stats"]["revenue"] == [
        {"amount": "90.00", "currency": "EUR"}
    ]


async def test_the_three_examples_run_in_an_empty_practice(
    practice: Practice, examples: list[dict[str, str]]
) -> None:
    for example in examples:
        answer = await practice.ask(example["query"], json.loads(example["variables"]))
        assert answer.errors == []


async def test_the_portals_page_has_an_example_of_its_own(
    http: httpx.AsyncClient, practice: Practice
) -> None:
    client = await practice.add_client("Ada Lovelace")
    await practice.add_session(client, status=SessionStatus.COMPLETED)

    [example] = examples_on(await http.get("/portal/graphql"))
    answer = await ask_as(practice, client, example["query"], json.loads(example["variables"]))

    assert answer.errors == []
    assert answer.data["viewer"]["sessions"]["totalCount"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        "page.py",
        "manifest.json",
        "README.md",
        "graphiql@4.1.2/",
        "graphiql@4.1.2/LICENSE",
        "%2e%2e/page.py",
        "..%2fpage.py",
        "graphiql@4.1.2/%2e%2e/manifest.json",
        "graphiql@4.1.2/..%2f..%2f..%2f__init__.py",
        "..%5cpage.py",
        "%2fetc%2fpasswd",
        "%00",
    ],
)
async def test_no_path_leads_to_any_other_file(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(f"/graphiql/{path}")

    assert answer.status_code == httpx.codes.NOT_FOUND


def test_the_files_of_others_come_with_their_licences() -> None:
    manifest = json.loads((FOLDER / "assets" / "manifest.json").read_text("utf-8"))

    for entry in manifest:
        assert (FOLDER / "assets" / entry["file"]).with_name("LICENSE").is_file()
