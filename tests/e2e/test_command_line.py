"""The command line, run as people run it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.commands.main import main
from tests.e2e.conftest import ROOT, command, environment, free_port, running


def test_help_and_readme_say_what_each_command_is_for() -> None:
    done = command("--help", url="sqlite:///unused.db")

    assert done.returncode == 0
    listed = re.findall(r"^\| `([\w-]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)
    for name in main.commands:
        assert f"  {name} " in done.stdout
    described = command("import", "--help", url="sqlite:///unused.db")
    assert described.returncode == 0
    for option in ("FILE", "--practitioner", "--mapping", "--dry-run"):
        assert option in described.stdout


def test_the_schema_is_printed(empty_url: str) -> None:
    done = command("schema", url=empty_url)
    portal = command("schema", "--portal", url=empty_url)

    assert done.stdout == (ROOT / "tests/schema/schema.graphql").read_text("utf-8")
    assert portal.stdout == (ROOT / "tests/schema/portal.graphql").read_text("utf-8")


def test_a_database_is_migrated_filled_and_opened_with_tokens(
    empty_url: str, tmp_path: Path
) -> None:
    assert "Applied 0001_record." in command("migrate", url=empty_url).stdout
    assert command("migrate", url=empty_url).stdout == "Up to date.\n"
    filled = command("demo", url=empty_url)
    assert filled.returncode == 0, filled.stderr
    assert "demo@example.com" in filled.stdout
    again = command("demo", url=empty_url)
    assert again.returncode == 1
    assert "already" in again.stderr

    def token(*options: str) -> str:
        return command("token", "Demo@Example.com", *options, url=empty_url).stdout.strip()

    unknown = command("token", "demo@example.com", "--client", "cli_x", url=empty_url)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "has no client with the id cli_x" in unknown.stderr
    with running(empty_url, log=tmp_path / "server.log") as address:

        def ask(path: str, bearer: str, query: str) -> Any:
            headers = {"Authorization": f"Bearer {bearer}"}
            return httpx.post(f"{address}{path}", json={"query": query}, headers=headers).json()

        counts = "clients(first: 1) { totalCount nodes { id name } } sessions { totalCount }"
        answer = ask("/graphql", token(), f"{{ viewer {{ email }} {counts} }}")
        (client,) = answer["data"]["clients"]["nodes"]
        reading, of_client = token("--read-only"), token("--client", client["id"])
        at_portal = ask("/portal/graphql", of_client, "{ viewer { id name practitionerName } }")
        refused = [
            ask("/graphql", reading, 'mutation { deleteClient(id: "x") { keptSessions } }'),
            ask("/graphql", of_client, "{ viewer { id } }"),
            ask("/portal/graphql", reading, "{ viewer { id } }"),
        ]

    assert answer["data"]["viewer"] == {"email": "demo@example.com"}
    assert answer["data"]["clients"]["totalCount"] == 40
    assert answer["data"]["sessions"]["totalCount"] > 1000
    assert at_portal["data"]["viewer"].items() >= client.items()
    assert [one["errors"][0]["extensions"]["code"] for one in refused] == ["FORBIDDEN"] * 3


def test_a_token_is_of_one_kind() -> None:
    done = command("token", "ada@example.com", "--client", "x", "--read-only", url="sqlite:///none")

    assert done.returncode == 2
    assert "leave out --read-only" in done.stderr
    assert done.stdout == ""


def test_nobody_gets_a_token_who_is_not_there(empty_url: str) -> None:
    done = command("token", "nobody@example.com", url=empty_url)

    assert done.returncode == 1
    assert "Nobody signs in with nobody@example.com" in done.stderr
    assert done.stdout == ""


def test_a_practitioner_can_be_added_and_gets_a_token(tmp_path: Path) -> None:
    empty_url = f"sqlite:///{tmp_path / 'empty.db'}"
    given = ["--name", "Ada", "--time-zone", "Europe/London", "--currency", "GBP"]

    def add(*more: str) -> subprocess.CompletedProcess[str]:
        return command("practitioner", "ada@example.com", *given, *more, url=empty_url)

    short = add("--password", "short")
    added = add("--password", "long enough for us")
    again = add("--password", "long enough for us")
    wrong = command(
        "practitioner", "b@example.com", "--name", "B", "--time-zone", "Mars/Phobos",
        "--currency", "GBP", "--password", "long enough for us", url=empty_url,
    )  # fmt: skip

    assert (short.returncode, added.returncode, again.returncode, wrong.returncode) == (1, 0, 1, 1)
    assert "12 characters" in short.stderr
    assert "already" in again.stderr
    assert "TimeZone" in wrong.stderr
    token = command("token", "ADA@example.com", url=empty_url)
    assert token.stdout.startswith("sh_")


def test_the_demo_is_served_with_its_sign_in_and_a_ready_token(
    empty_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "server.log"
    for _start in ("first", "second"):
        with running(empty_url, "--demo", log=log) as address:
            printed = log.read_text()
            assert f"{address}/graphql" in printed
            assert "demo@example.com / walk-through-the-garden" in printed
            token = next(word for word in printed.split() if word.startswith("sh_"))
            answer = httpx.post(
                f"{address}/graphql",
                json={"query": "{ viewer { email } }"},
                headers={"Authorization": f"Bearer {token}"},
            ).json()
            assert answer["data"] == {"viewer": {"email": "demo@example.com"}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("WORKERS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "mysql://user:hunter2@host/name"),
        ("DATABSE_URL", "sqlite:///typo.db"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(
    name: str, value: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "serve", "--port", str(free_port())]
        if name != "PORT"
        else [sys.executable, "-m", "server", "serve"],
        env={**environment("sqlite:///unused.db"), f"SESSION_HISTORY_{name}": value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: SESSION_HISTORY_{name} is ")
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_read_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SESSION_HISTORY_DATABASE_URL=sqlite:///from-the-file.db\n")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SESSION_HISTORY_")}

    done = subprocess.run(
        [sys.executable, "-m", "server", "migrate"],
        env={**environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "from-the-file.db").exists()


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = command(
        "migrate", url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", cwd=tmp_path
    )

    assert done.returncode == 1
    assert "database" in done.stderr
    assert "Traceback" not in done.stderr


PLAIN = (
    "id,client_id,client_name,client_email,client_phone,client_time_zone,service,calendar,"
    "starts_at,duration_minutes,status,price,currency,customer_notes,private_notes,cancelled_at,"
    "cancellation_reason,booked_at\n"
    "1,c1,Ada Lovelace,,,,Coaching,Main,2026-01-05 10:00,50,completed,90.00,EUR,,,,,\n"
    "2,c1,Ada Lovelace,,,,Coaching,Main,2026-01-12 10:00,50,no_show,90.00,EUR,,,,,\n"
    "3,c2,Grace Hopper,,,,Coaching,Main,2026-01-12 11:00,50,{status},90.00,EUR,,,,,\n"
)


def test_a_file_is_tried_imported_and_imported_again(empty_url: str, tmp_path: Path) -> None:
    command("demo", url=empty_url)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(PLAIN.format(status="cancelled"), "utf-8")
    bad.write_text(PLAIN.format(status="nonsense"), "utf-8")
    given = ["--practitioner", "demo@example.com", "--mapping", "plain"]

    tried = command("import", str(good), *given, "--dry-run", url=empty_url)
    refused = command("import", str(bad), *given, url=empty_url)
    done = command("import", str(good), *given, url=empty_url)
    again = command("import", str(good), *given, url=empty_url)

    assert tried.returncode == 0, tried.stderr
    assert "line 2: add" in tried.stdout
    assert "3 sessions would be added" in tried.stdout
    assert refused.returncode == 1
    assert "line 4, status" in refused.stderr
    assert "Nothing was written" in refused.stderr
    assert "3 sessions added, 0 already there" in done.stdout
    assert "0 sessions added, 3 already there" in again.stdout


def test_an_import_names_what_is_wrong_with_it(tmp_path: Path) -> None:
    empty_url = f"sqlite:///{tmp_path / 'empty.db'}"
    file, mapping = tmp_path / "some.csv", tmp_path / "mapping.toml"
    file.write_text(PLAIN.format(status="cancelled"), "utf-8")
    mapping.write_text("colour = 'red'\n", "utf-8")
    nobody = ["--practitioner", "nobody@example.com"]

    unknown = command("import", str(file), *nobody, "--mapping", "plain", url=empty_url)
    wrong = command("import", str(file), *nobody, "--mapping", str(mapping), url=empty_url)
    missing = command("import", str(file), *nobody, "--mapping", "nothing", url=empty_url)
    no_file = command("import", "no.csv", *nobody, "--mapping", "plain", url=empty_url)

    assert "Nobody signs in with nobody@example.com" in unknown.stderr
    assert "colour" in wrong.stderr
    assert "plain" in missing.stderr
    assert "no.csv" in no_file.stderr
    assert [one.returncode for one in (unknown, wrong, missing, no_file)] == [1, 1, 1, 2]


def test_a_forgotten_password_is_replaced_by_the_operator(empty_url: str) -> None:
    given = ["--name", "Ada", "--time-zone", "Europe/London", "--currency", "GBP"]
    command(
        "practitioner", "ada@example.com", *given, "--password", "long enough for us", url=empty_url
    )

    short = command("password", "ada@example.com", "--password", "short", url=empty_url)
    nobody = command("password", "b@example.com", "--password", "long enough for us", url=empty_url)
    changed = command(
        "password", "Ada@example.com", "--password", "as long as before", url=empty_url
    )

    assert (short.returncode, nobody.returncode, changed.returncode) == (1, 1, 0)
    assert "12 characters" in short.stderr
    assert "Nobody signs in with b@example.com" in nobody.stderr
    assert changed.stdout == "Changed; 0 sign-ins have ended.\n"
