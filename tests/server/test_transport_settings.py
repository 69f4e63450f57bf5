"""Settings of how the server is reached."""

import re
from pathlib import Path

import pytest

from server.settings import PREFIX, Settings, WrongSetting, read_settings

OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"


def test_origins_are_a_list_in_the_form_that_browsers_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        f"{PREFIX}ALLOWED_ORIGINS", "https://App.example.com:443, http://localhost:5173 ,"
    )

    assert read_settings().allowed_origins == ("http://localhost:5173", "https://app.example.com")


@pytest.mark.parametrize(
    "wrong", ["*", "https://*", "app.example.com", "https://app.example.com/path", "null"]
)
def test_what_is_no_origin_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", wrong)

    with pytest.raises(WrongSetting, match="ALLOWED_ORIGINS"):
        read_settings()


def test_every_setting_is_in_the_table_of_operations() -> None:
    told = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", OPERATIONS.read_text("utf-8"), re.MULTILINE))

    assert told == {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
