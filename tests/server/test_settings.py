"""Settings for the keys of private notes: wrong ones are named, and never printed."""

from pathlib import Path

import pytest

from server.settings import PREFIX, Settings, WrongSetting, read_settings
from tests.keys import key

A = key("a")
SECRET = A.partition(":")[2]


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to write keys into; settings are read with nothing but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name}".upper(), raising=False)
    return tmp_path / "keys"


@pytest.mark.parametrize(
    ("keys", "in_file", "name"),
    [
        ("", None, "NOTES_KEYS"),
        ("a:c2hvcnQ=", None, "NOTES_KEYS"),
        (SECRET, None, "NOTES_KEYS"),
        (f"{A},{A}", None, "NOTES_KEYS"),
        (None, b"", "NOTES_KEYS_FILE"),
        (None, b"\xff" + SECRET.encode(), "NOTES_KEYS_FILE"),
        (None, SECRET.encode(), "NOTES_KEYS_FILE"),
        (A, A.encode(), "NOTES_KEYS_FILE"),
    ],
    ids=[
        "empty", "too short", "no name", "one name twice", "an empty file", "a file of no text",
        "no name in the file", "in both places",
    ],
)  # fmt: skip
def test_keys_that_are_none_are_refused_by_the_name_of_the_setting_without_their_value(
    settings_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: str | None,
    in_file: bytes | None,
    name: str,
) -> None:
    if keys is not None:
        monkeypatch.setenv(f"{PREFIX}NOTES_KEYS", keys)
    if in_file is not None:
        settings_file.write_bytes(in_file)
        monkeypatch.setenv(f"{PREFIX}NOTES_KEYS_FILE", str(settings_file))

    with pytest.raises(WrongSetting) as refusal:
        read_settings()

    assert str(refusal.value).startswith(f"{PREFIX}{name} is wrong: ")
    assert SECRET not in str(refusal.value)
    assert "c2hvcnQ" not in str(refusal.value)


def test_a_file_of_keys_that_is_not_there_is_named(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}NOTES_KEYS_FILE", str(settings_file))

    with pytest.raises(WrongSetting, match="keys cannot be read"):
        read_settings()


def test_keys_come_from_the_setting_or_from_the_file_and_show_nowhere(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings().keyring().ids == []
    monkeypatch.setenv(f"{PREFIX}NOTES_KEYS", f"{A},{key('b')}")
    given = read_settings()
    monkeypatch.delenv(f"{PREFIX}NOTES_KEYS")
    settings_file.write_text(f"{A}\n", "utf-8")
    monkeypatch.setenv(f"{PREFIX}NOTES_KEYS_FILE", str(settings_file))

    assert given.keyring().ids == ["a", "b"]
    assert read_settings().keyring().ids == ["a"]
    assert SECRET not in f"{given!r} {given} {given.model_dump()} {given.model_dump_json()}"
