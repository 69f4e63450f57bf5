"""Settings of mail: what they come to, and which stop the start."""

from pathlib import Path

import pytest

from server.settings import PREFIX, WrongSetting, read_settings

SERVER = {"MAIL_FROM": "practice@example.com", "SMTP_HOST": "smtp.example.com"}
SECRET = "s3cret-word"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Sets what a test gives, where there is no .env file."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def set_all(given: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        given.setenv(PREFIX + name, value)


@pytest.mark.parametrize(
    ("security", "port"), [(None, 587), ("starttls", 587), ("tls", 465), ("none", 25)]
)
def test_a_mail_server_is_spoken_to_as_its_encryption_says(
    given: pytest.MonkeyPatch, security: str | None, port: int
) -> None:
    set_all(given, SERVER | ({"SMTP_SECURITY": security} if security else {}))

    server = read_settings().mail_server

    assert server is not None
    assert (server.host, server.port, server.security) == (
        "smtp.example.com",
        port,
        security or "starttls",
    )
    assert (server.user, server.password, server.seconds) == (None, None, 20)


def test_a_password_shows_nowhere(given: pytest.MonkeyPatch) -> None:
    set_all(given, SERVER | {"SMTP_USER": "us", "SMTP_PASSWORD": SECRET, "SMTP_PORT": "2525"})

    settings = read_settings()

    assert settings.mail_server is not None
    assert (settings.mail_server.password, settings.mail_server.port) == (SECRET, 2525)
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert SECRET not in repr(settings.mail_server)


@pytest.mark.parametrize(
    ("settings", "directory"),
    [
        ({}, "session-history-mail"),
        ({"DATABASE_URL": "sqlite:////var/lib/practice.db"}, "/var/lib/practice-mail"),
        ({"DATABASE_URL": "postgresql://u:p@h/d"}, "session-history-mail"),
        ({"MAIL_DIRECTORY": "/var/mail/ours"}, "/var/mail/ours"),
    ],
    ids=["by default", "beside SQLite", "with PostgreSQL", "where it is set"],
)
def test_without_a_mail_server_there_is_a_directory(
    given: pytest.MonkeyPatch, settings: dict[str, str], directory: str
) -> None:
    set_all(given, settings)

    read = read_settings()

    assert (read.mail_server, str(read.mail_files)) == (None, directory)
    assert read.mail_sender == "session-history@localhost"


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("SMTP_HOST", {"SMTP_HOST": "h"}, "MAIL_FROM must be set too"),
        ("SMTP_HOST", SERVER | {"MAIL_DIRECTORY": "x"}, "MAIL_DIRECTORY set"),
        ("SMTP_HOST", SERVER | {"SMTP_HOST": "smtp://h"}, "the name or address of a host"),
        ("SMTP_HOST", SERVER | {"SMTP_HOST": "h\r\nX"}, "the name or address of a host"),
        ("MAIL_FROM", SERVER | {"MAIL_FROM": "a@b, c@d"}, "not one email address"),
        ("MAIL_FROM", SERVER | {"MAIL_FROM": "A <a@b>"}, "not one email address"),
        ("SMTP_SECURITY", SERVER | {"SMTP_SECURITY": "ssl"}, "'starttls', 'tls' or 'none'"),
        ("SMTP_PORT", {"SMTP_PORT": "25"}, "nothing without .*SMTP_HOST"),
        ("SMTP_PORT", SERVER | {"SMTP_PORT": "0"}, "greater than or equal to 1"),
        ("SMTP_USER", {"SMTP_USER": "us"}, "nothing without .*SMTP_HOST"),
        ("SMTP_PASSWORD", {"SMTP_PASSWORD": SECRET}, "nothing without .*SMTP_HOST"),
        ("SMTP_PASSWORD", SERVER | {"SMTP_USER": "us"}, "together with .*SMTP_USER"),
        ("SMTP_PASSWORD", SERVER | {"SMTP_PASSWORD": SECRET}, "together with .*SMTP_USER"),
        (
            "SMTP_PASSWORD",
            SERVER | {"SMTP_USER": "us", "SMTP_PASSWORD": SECRET, "SMTP_SECURITY": "none"},
            "would show it to the network",
        ),
        ("SMTP_SECONDS", SERVER | {"SMTP_SECONDS": "0"}, "greater than 0"),
    ],
)
def test_one_that_cannot_be_kept_stops_the_start_in_a_sentence_without_its_value(
    given: pytest.MonkeyPatch, name: str, settings: dict[str, str], why: str
) -> None:
    set_all(given, settings)

    with pytest.raises(WrongSetting, match=f"^{PREFIX}{name} is wrong: .*{why}") as refusal:
        read_settings()

    assert SECRET not in str(refusal.value)
