"""A marker in private notes turns up for whoever may read them, and nowhere else at all."""

import asyncio
import email
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from models import Session
from models.database import Database, sqlite_path
from models.enums import AccessTokenKind
from models.folding import fold
from models.identifiers import Kind, new_id
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.acts import document_of
from tests.e2e.conftest import command, running
from tests.keys import KEYRING, kept, key
from tests.practice import Practice
from tests.resolvers.exporting.taking import EXPORT
from tests.resolvers.exporting.test_making import words_of
from tests.resolvers.importing.files import csv_text, row

MARKER: Final = "Kanarienvögel 7f3a2c91 singen"
KEYS: Final[dict[str, Any]] = {"NOTES_KEYS": f"{key('a')},{key('b')}", "LOG_LEVEL": "DEBUG"}
TOO_LONG: Final = MARKER * (64 * 1024 // len(MARKER) + 1)


def forms(text: str) -> Iterator[bytes]:
    """The ways in which a text may stand in bytes."""
    for one in (text, fold(text), text[:12], text[-12:]):
        yield one.encode()
        yield one.encode("utf-16-le")
        yield one.encode("utf-16-be")
        yield quote(one).encode()
        yield json.dumps(one)[1:-1].encode()
        yield one.encode().hex().encode()
        for shift in range(3):
            # What base64 makes of it wherever it begins, without what depends on its neighbours.
            yield b64encode(b"\0" * shift + one.encode())[4:-4]


FORMS: Final = sorted(set(forms(MARKER)))


def found_in(content: bytes | str) -> list[bytes]:
    """The forms of the marker that stand in `content`."""
    searched = content.encode() if isinstance(content, str) else content
    return [form for form in FORMS if form in searched]


def test_the_marker_is_found_in_whatever_form_it_stands() -> None:
    for before in ("", "a", "ab", "abc"):
        text = f"{before}{MARKER} and more"
        assert found_in(text)
        assert found_in(text.upper().lower())
        assert found_in(text.encode("utf-16"))
        assert found_in(quote(text))
        assert found_in(json.dumps(text))
        assert found_in(b64encode(text.encode()))
    assert not found_in("Kanari, 7f3a2c")


@dataclass
class Watched:
    """A running server with the marker in its private notes, and all that was heard of it."""

    url: str
    client: httpx.Client
    tokens: dict[str, str]
    practice: Practice
    client_id: str
    # What was answered or printed, and to whom; of the practitioner's own only what is to tell of
    # no private note: errors, trails, the fields beside them.
    heard: list[tuple[str, str]] = field(default_factory=list)

    def ask(
        self, who: str, query: str, variables: dict[str, Any] | None = None, *, watch: bool = True
    ) -> dict[str, Any]:
        """One request; its answer is watched unless it may hold private notes."""
        response = self.client.post(
            "/graphql",
            # Not by the client's own JSON, which refuses half a character.
            content=json.dumps({"query": query, "variables": variables}),
            headers={
                "Authorization": f"Bearer {self.tokens[who]}",
                "Content-Type": "application/json",
            },
        )
        if watch:
            self.heard.append((f"{who}: {query[:60]}", f"{response.headers} {response.text}"))
        answer: dict[str, Any] = response.json()
        return answer

    def act(self, who: str, mutation: str, **given: Any) -> dict[str, Any]:
        """One mutation, of whose session all but the private notes is selected."""
        document = document_of(mutation).replace("privateNotes", "")
        return self.ask(who, document, {"input": given})


def command_heard(watched: Watched, *arguments: str) -> int:
    done = command(*arguments, url=watched.url, **KEYS)
    watched.heard.append((" ".join(arguments), done.stdout + done.stderr))
    return done.returncode


async def prepared(url: str) -> tuple[Practice, dict[str, str], str]:
    """A practice with a client, and tokens of all that come by."""
    async with Database(url, keyring=KEYRING) as database:
        practice, other = await Practice.of(database), await Practice.of(database)
        client = await practice.add_client("Ada Lovelace", email="ada@example.com")

        async def work(transaction: Transaction) -> dict[str, str]:
            now = datetime.now(UTC)
            owners = {
                "own": (practice, AccessTokenKind.PRACTITIONER),
                "read-only": (practice, AccessTokenKind.READ_ONLY),
                "somebody else": (other, AccessTokenKind.PRACTITIONER),
            }
            return {
                who: await issue_token(
                    transaction, owner.practitioner.id, label=who, now=now, kind=kind
                )
                for who, (owner, kind) in owners.items()
            }

        tokens = await write(database, work)
        return practice, {**tokens, "stranger": "sh_" + "x" * 43}, client.id


FILLED: Final = (
    "outbox_message",
    "idempotency_key",
    "session_event",
    "imported_row",
    "export",
    "export_piece",
    "export_event",
    "calendar_feed",
)
EVERYTHING: Final = """query ($id: ID!, $client: ID!) {
  session(id: $id) { ...all followUps { ...all } origin { kind session { ...all } } }
  client(id: $client) { name sessions { totalCount nodes { ...all } stats { total } } }
  sessions(sort: BY_STATUS) { totalCount nodes { ...all } pageInfo { startCursor } }
}
fragment all on Session {
  id version status customerNotes privateNotes notesPreview clientName
  availableActions { action allowed reason } cancellation { at reason }
  events { kind reason changes { field from to } }
}"""
SEARCH: Final = """query ($text: String, $client: ID!) {
  sessions(filter: {text: $text}) { totalCount nodes { id } stats { total } }
  client(id: $client) { sessions(filter: {text: $text}) { totalCount nodes { id } } }
}"""
TRAIL: Final = """query ($id: ID!) {
  session(id: $id) { version customerNotes events { kind reason changes { field from to } } }
}"""

MAILS: Final = "{ mails { nodes { kind subject text lastError session { events { kind } } } } }"
FEED: Final = """mutation ($id: ID!) {
  createCalendarFeed(input: {calendarId: $id}) { url errors { message } }
}"""


def book(watched: Watched, starts_at: str, **given: Any) -> dict[str, Any]:
    return watched.act(
        "own",
        "bookSession",
        clientId=watched.client_id,
        serviceId=watched.practice.service.id,
        calendarId=watched.practice.calendar.id,
        startsAt=starts_at,
        **given,
    )


def put_in(watched: Watched, folder: Path) -> str:
    """Put the marker into private notes by every way there is; the session it was booked with."""
    booking = {"privateNotes": MARKER, "idempotencyKey": "the-key", "status": "CONFIRMED",
               "customerNotes": "Bring the notebook"}  # fmt: skip
    first = book(watched, "2031-01-06T09:00:00Z", **booking)
    again = book(watched, "2031-01-06T09:00:00Z", **booking)
    assert first["data"] == again["data"]
    identifier = str(first["data"]["done"]["session"]["id"])
    noted = book(watched, "2031-01-07T09:00:00Z")["data"]["done"]["session"]["id"]
    for text in (f"{MARKER}, and more", MARKER, MARKER):
        watched.act("own", "updateSessionNotes", id=noted, privateNotes=text)
    file = folder / "notes.csv"
    file.write_text(csv_text([row(private_notes=f"Imported: {MARKER}")]), "utf-8")
    given = ["--practitioner", watched.practice.practitioner.email, "--mapping", "plain"]
    assert command_heard(watched, "import", str(file), *given) == 0
    file.write_text(csv_text([row(private_notes=f"{MARKER}\0{MARKER}", status="?")]), "utf-8")
    assert command_heard(watched, "import", str(file), *given) == 1
    return identifier


def do_everything(watched: Watched, session: str) -> None:
    """What the practitioner does with a session; none of it is to tell of its private notes."""
    copy = watched.act("own", "duplicateSession", id=session, startsAt="2031-01-13T09:00:00Z")
    watched.act("own", "bookFollowUp", id=session, startsAt="2031-01-14T09:00:00Z")
    watched.act("own", "updateSession", id=session, durationMinutes=40)
    watched.act("own", "rescheduleSession", id=session, startsAt="2031-01-08T09:00:00Z")
    watched.act("own", "updateSessionStatus", id=session, status="PENDING")
    watched.act("own", "cancelSession", id=session, reason="Ill")
    watched.ask("own", TRAIL, {"id": session})
    copied = watched.ask("own", EVERYTHING, _ids(watched, copy["data"]["done"]["session"]["id"]),
                         watch=False)  # fmt: skip
    assert copied["data"]["session"]["privateNotes"] is None


def _ids(watched: Watched, session: str) -> dict[str, str]:
    return {"id": session, "client": watched.client_id}


def send_what_is_refused(watched: Watched, session: str) -> None:
    """Changes with the marker in them, of which none is taken."""
    change = document_of("updateSessionNotes").replace("privateNotes", "")
    wrong: list[Any] = [
        {"id": session, "privateNotes": TOO_LONG},
        {"id": session, "privateNotes": f"{MARKER}\x07"},
        {"id": session, "privateNotes": f"{MARKER}\ud800"},
        {"id": session, "privateNotes": MARKER, "expectedVersion": 1},
        {"id": new_id(Kind.SESSION), "privateNotes": MARKER},
        {"id": "nothing", "privateNotes": MARKER},
        {"id": session, "privateNotes": [MARKER]},
        {"id": session, "privateNotes": {"text": MARKER}},
        {"id": session, "privatNotes": MARKER},
        {"privateNotes": MARKER},
        {"id": session, "privateNotes": MARKER, "expectedVersion": "one"},
        MARKER,
    ]
    for one in wrong:
        answer = watched.ask("own", change, {"input": one})
        assert "errors" in answer or answer["data"]["done"]["errors"], one
    for literal in (
        f'{{id: "{session}", privateNotes: ["{MARKER}"]}}',
        f'{{id: "{session}", privateNotes "{MARKER}"}}',
        f'{{privateNotes: "{MARKER}"}}',
    ):
        document = f"mutation {{ updateSessionNotes(input: {literal}) {{ errors {{ path }} }} }}"
        assert "errors" in watched.ask("own", document)
    key_again = {"idempotencyKey": "the-key", "privateNotes": f"{MARKER}!", "status": "CONFIRMED"}
    refused = book(watched, "2031-01-06T09:00:00Z", **key_again)
    assert refused["data"]["done"]["errors"][0]["__typename"] == "IdempotencyMismatchError"
    watched.client.get("/graphql", params={"query": f'{{ sessions(filter: "{MARKER}") }}'})


def let_others_ask(watched: Watched, session: str) -> None:
    """Everybody who may not read the notes tries to, and to find them."""
    for who in ("read-only", "somebody else", "stranger"):
        watched.ask(who, EVERYTHING, _ids(watched, session))
        watched.act(who, "updateSessionNotes", id=session, privateNotes=MARKER)
        for text in (MARKER, MARKER[:6], "7F3A2C91"):
            answer = watched.ask(who, SEARCH, {"text": text, "client": watched.client_id})
            assert _counts(answer) <= {0}
    theirs = watched.ask("read-only", EVERYTHING, _ids(watched, session))
    codes = [error["extensions"]["code"] for error in theirs["errors"]]
    assert set(codes) == {"FORBIDDEN"}


def hear_mail_and_feed(watched: Watched) -> None:
    """The list of mail, and what a calendar program is shown."""
    listed = watched.ask("own", MAILS)["data"]["mails"]["nodes"]
    assert {one["kind"] for one in listed} == {"CONFIRMED", "RESCHEDULED", "CANCELLED"}
    watched.ask("read-only", MAILS)
    made = watched.ask("own", FEED, {"id": watched.practice.calendar.id})["data"]
    feed = watched.client.get(made["createCalendarFeed"]["url"])
    assert feed.text.count("BEGIN:VEVENT") >= 3
    watched.heard.append(("feed", feed.text))


def _counts(answer: dict[str, Any]) -> set[int]:
    data = answer["data"] or {}
    lists = [data.get("sessions"), (data.get("client") or {}).get("sessions")]
    return {one["totalCount"] for one in lists if one}


def export_everything(watched: Watched) -> None:
    """Files with private notes are for who may have them; all others are watched."""
    with_notes = {"includePrivateNotes": True, "filter": {"text": MARKER}}
    for kind in ("CSV", "PDF"):
        assert found_in(taken(watched, "own", format=kind, **with_notes))
        for who in ("read-only", "somebody else", "stranger"):
            given = {"clientId": watched.client_id, "format": kind, **with_notes}
            answer = watched.ask(who, EXPORT, {"input": given})
            assert "errors" in answer or answer["data"]["done"]["errors"]
    for who, kind in (("own", "CSV"), ("read-only", "CSV"), ("read-only", "PDF")):
        content = taken(watched, who, format=kind)
        watched.heard.append((f"{kind} for {who}", content))
        assert "Coaching" in content
    watched.ask("own", "{ exportEvents { nodes { kind sessionCount includesPrivateNotes } } }")


def taken(watched: Watched, who: str, **given: Any) -> str:
    """The text of a file that is asked for; what its link tells besides is watched."""
    given = {"clientId": watched.client_id, **given}
    export = watched.ask(who, EXPORT, {"input": given})["data"]["done"]["export"]
    link = export["url"]
    for wrong in (link[:-1], link.replace("?key=", "?key=x")):
        watched.heard.append((f"a wrong link for {who}", str(watched.client.get(wrong).content)))
    response = watched.client.get(link)
    assert response.status_code == httpx.codes.OK
    watched.heard.append((f"headers of a file for {who}", str(response.headers)))
    content = response.content
    return words_of(content) if given["format"] == "PDF" else content.decode()


def damage_and_mend(watched: Watched, session: str) -> None:
    """Notes that do not open are an error that tells nothing, to their owner either."""
    own = watched.practice.practitioner.id

    async def put(notes: str | None, key_id: str | None) -> tuple[str | None, str | None]:
        async with Database(watched.url) as database:
            before = await kept(database, session)
            one = Session.filter(practitioner_id=own, id=session)
            await one.update(private_notes=notes, private_notes_key=key_id)
            return before

    before = asyncio.run(put("bm90IHNlYWxlZA==", "a"))
    document = "query ($id: ID!) { session(id: $id) { id privateNotes notesPreview } }"
    answer = watched.ask("own", document, {"id": session})
    assert {one["extensions"]["code"] for one in answer["errors"]} == {"INTERNAL"}
    assert answer["data"]["session"]["id"] == session
    assert command_heard(watched, "notes-keys", "verify") == 1
    asyncio.run(put(*before))


async def rows_of_all_tables(url: str) -> dict[str, list[tuple[Any, ...]]]:
    async with Database(url) as database:
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if database.engine_name == "sqlite"
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        return {
            name: [tuple(one) for one in await database.fetch(f'SELECT * FROM "{name}"')]
            for (name,) in await database.fetch(names)
        }


def bytes_of(url: str) -> dict[str, bytes]:
    """The files of an SQLite database, its log of writes among them."""
    path = Path(sqlite_path(url))
    return {one.name: one.read_bytes() for one in path.parent.glob(f"{path.name}*")}


def unpacked(mail: bytes) -> bytes:
    """A mail and all of its parts, decoded."""
    parts = email.message_from_bytes(mail).walk()
    return b"\n".join([mail, *(part.get_payload(decode=True) or b"" for part in parts)])  # type: ignore[list-item]


def assert_is_nowhere(places: dict[str, Any], shown: Callable[[Any], bytes | str] = str) -> None:
    assert [name for name, content in places.items() if found_in(shown(content))] == []


def test_private_notes_turn_up_nowhere_but_with_who_may_read_them(url: str, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    practice, tokens, client_id = asyncio.run(prepared(url))
    with ExitStack() as stack:
        address = stack.enter_context(running(url, log=log, **KEYS))
        client = stack.enter_context(httpx.Client(base_url=address, timeout=60))
        watched = Watched(url, client, tokens, practice, client_id)
        session = put_in(watched, tmp_path)
        do_everything(watched, session)
        send_what_is_refused(watched, session)
        let_others_ask(watched, session)
        export_everything(watched)
        damage_and_mend(watched, session)
        # It is there, or its absence elsewhere would say nothing.
        hear_mail_and_feed(watched)
        own = watched.ask("own", EVERYTHING, _ids(watched, session), watch=False)
        assert own["data"]["session"]["privateNotes"] == MARKER
        searched = watched.ask("own", SEARCH, {"text": MARKER.upper(), "client": client_id})
        assert searched["data"]["sessions"]["totalCount"] == 3
        if url.startswith("sqlite"):
            running_files = bytes_of(url)
            assert set(running_files) >= {"session-history.db", "session-history.db-wal"}
            assert_is_nowhere(running_files, bytes)

    tables = asyncio.run(rows_of_all_tables(url))
    assert [name for name in FILLED if not tables[name]] == []
    assert_is_nowhere(tables)
    assert_is_nowhere({f"{n}: {name}": told for n, (name, told) in enumerate(watched.heard)})
    mails = {one.name: one.read_bytes() for one in (tmp_path / "mail").iterdir()}
    assert len(mails) == 3
    assert all(b"Bring the notebook" in one for one in mails.values())
    assert_is_nowhere(mails, unpacked)
    written = log.read_text()
    assert "do not open" in written
    assert_is_nowhere({"log": written})
    if url.startswith("sqlite"):
        assert_is_nowhere(bytes_of(url), bytes)
