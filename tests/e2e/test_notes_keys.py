"""The keys of private notes, as whoever runs the server meets them."""

import asyncio
import re
from pathlib import Path

import pytest

from models.database import Database
from models.notes_keys import check_keys
from models.notes_rotation import rotate
from models.sealing import parse_keys
from tests.e2e.conftest import command, running, small_practice
from tests.keys import key, keyring
from tests.practice import NOW

A, B = key("a"), key("b")
SECRETS = [one.partition(":")[2] for one in (A, B, key("a", "z"))]


@pytest.fixture
def sealed_url(url: str) -> str:
    """A database whose one private note is sealed with the key `a`."""

    async def seal() -> None:
        await small_practice(url)
        async with Database(url, keyring=keyring(A)) as database:
            await check_keys(database, now=NOW)
            await rotate(database)

    asyncio.run(seal())
    return url


@pytest.mark.parametrize("engine", ["sqlite"])  # what is under the commands is tested on both
def test_a_key_is_made_sealed_with_replaced_and_tried(url: str) -> None:
    asyncio.run(small_practice(url))
    made = command("notes-keys", "generate", url=url).stdout.strip()
    (first,) = parse_keys(made)
    sealed = command("notes-keys", "rotate", url=url, NOTES_KEYS=made)
    replaced = command("notes-keys", "rotate", url=url, NOTES_KEYS=f"{B},{made}")
    tried = command("notes-keys", "verify", url=url, NOTES_KEYS=B)

    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{4}", first.id)
    assert f"1 private notes: sealed with '{first.id}'" in sealed.stdout
    assert "1 private notes sealed anew.\n1 private notes: sealed with 'b'" in replaced.stdout
    assert f"No note needs the key '{first.id}' any more" in replaced.stdout
    assert tried.stdout == "1 private notes: sealed with 'b'\nAll of them open.\n"
    assert [one.returncode for one in (sealed, replaced, tried)] == [0] * 3


@pytest.mark.parametrize("engine", ["sqlite"])  # no note is looked at
def test_rotation_without_a_key_says_what_to_do(url: str) -> None:
    done = command("notes-keys", "rotate", url=url)

    assert done.returncode == 1
    assert "notes-keys generate" in done.stderr


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "sealed with the key 'a', which is missing"),
        ({"NOTES_KEYS": B}, "sealed with the key 'a', which is missing"),
        ({"NOTES_KEYS": key("a", "z")}, "the key 'a' is not the one that this database knows"),
    ],
    ids=["no key", "another key", "another key of the same name"],
)
def test_a_server_does_not_start_with_wrong_keys(
    sealed_url: str, tmp_path: Path, keys: dict[str, str], said: str
) -> None:
    log = tmp_path / "server.log"
    with pytest.raises(AssertionError), running(sealed_url, log=log, **keys):
        pass

    assert is_refusal(log.read_text(), said)


@pytest.mark.parametrize("engine", ["sqlite"])  # commands open a database in one way
@pytest.mark.parametrize("arguments", [("token", "nobody@example.com"), ("notes-keys", "rotate")])
def test_a_command_does_not_start_with_wrong_keys(
    sealed_url: str, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments, url=sealed_url, NOTES_KEYS=B)

    assert done.returncode == 1
    assert is_refusal(done.stderr, "sealed with the key 'a', which is missing")


def is_refusal(written: str, said: str) -> bool:
    return (
        written.startswith("Error: SESSION_HISTORY_NOTES_KEYS is wrong: ")
        and said in written
        and written.count("\n") == 1
        and not [secret for secret in SECRETS if secret in written]
    )


@pytest.mark.parametrize("engine", ["sqlite"])  # what is under the command is tested on both
def test_verification_names_the_sessions_whose_notes_do_not_open(sealed_url: str) -> None:
    async def noted() -> str:
        async with Database(sealed_url) as database:
            rows = await database.fetch("SELECT id FROM session WHERE private_notes IS NOT NULL")
            return str(rows[0][0])

    done = command("notes-keys", "verify", url=sealed_url, NOTES_KEYS=B)

    assert done.returncode == 1
    assert f"the private notes of {asyncio.run(noted())} do not open" in done.stderr
    assert "Went well" not in done.stdout + done.stderr


@pytest.mark.parametrize("engine", ["sqlite"])  # where a key comes from is the same for both
def test_keys_are_read_from_a_file_and_without_any_the_log_says_so(
    url: str, tmp_path: Path
) -> None:
    file, log = tmp_path / "keys", tmp_path / "server.log"
    file.write_text(f"{A}\n{B}\n", "utf-8")
    with running(url, log=log):
        pass
    without = log.read_text()
    with running(url, log=log, NOTES_KEYS_FILE=str(file)):
        pass

    assert without.count("private notes are kept as plain text") == 1
    assert "plain text" not in log.read_text()
