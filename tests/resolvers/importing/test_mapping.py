"""Mappings: what they may say, and what is wrong with those that cannot be used."""

from pathlib import Path
from typing import Any

import pytest

from resolvers.importing import BadMapping, load_mapping, shipped_mappings
from resolvers.importing.mapping import Ambiguous

GOOD = """
source = "elsewhere"
[fields]
id = "{Id}"
client_name = "{Name}"
service = "Consultation"
starts_at = "{Day} {Time}"
[defaults]
calendar = "Main"
duration_minutes = 50
price = "49.90"
[status]
default = "CONFIRMED"
"""


def written(folder: Path, text: str) -> str:
    path = folder / "mapping.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, GOOD))

    assert mapping.source == "elsewhere"
    assert mapping.fields.starts_at == "{Day} {Time}"
    assert (mapping.encoding, mapping.delimiter, mapping.decimal_comma) == ("utf-8-sig", ",", False)
    assert (mapping.time_zone, mapping.ambiguous) == (None, Ambiguous.REFUSE)
    assert not mapping.allow_overlap


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_is_found_by_its_name(name: str) -> None:
    assert load_mapping(name).source == name


def test_the_plain_mapping_and_the_one_for_vitoria_ship_with_us() -> None:
    assert {"plain", "vitoria-appointments"} <= set(shipped_mappings())


def test_every_field_can_be_mapped_and_the_plain_mapping_does() -> None:
    fields: dict[str, Any] = load_mapping("plain").fields.model_dump()

    assert [name for name, template in fields.items() if template is None] == ["ends_at"]


BAD = [
    ('source = "elsewhere"', 'sauce = "elsewhere"', "'source': is missing"),
    ('source = "elsewhere"', 'source = ""', "'source': String should have at least 1 character"),
    ('"elsewhere"', f'"{"s" * 65}"', "'source': String should have at most 64 characters"),
    ('"elsewhere"', '" elsewhere"', "'source': must have no space around it"),
    ('"elsewhere"', "7", "'source': Input should be a valid string"),
    ("[fields]", 'colour = "red"\n[fields]', "'colour': is not a key of a mapping"),
    ("[fields]", "[fields]\nroom = '{Room}'", "'fields.room': is not a key of a mapping"),
    ('id = "{Id}"\n', "", "'fields.id': is missing"),
    ('id = "{Id}"', 'id = "Id"', "'fields.id': must name a column, as '{id}'"),
    ('"{Name}"', '"{Name"', "'fields.client_name': names columns in braces"),
    ('"{Name}"', '"{}"', "'fields.client_name': names columns in braces"),
    ('client_name = "{Name}"\n', "", "'fields': 'client_name' or 'client_email' is needed"),
    ('service = "Consultation"\n', "", "'fields.service' or 'defaults.service' is needed"),
    ('starts_at = "{Day} {Time}"\n', "", "'fields.starts_at': is missing"),
    ('calendar = "Main"\n', "", "'fields.calendar' or 'defaults.calendar' is needed"),
    ("duration_minutes = 50\n", "", "'fields.ends_at' or 'defaults.duration_minutes' is needed"),
    ('price = "49.90"\n', "", "'fields.price' or 'defaults.price' is needed"),
    ('default = "CONFIRMED"', "", "'fields.status' or 'status.default' is needed"),
    ("duration_minutes = 50", "duration_minutes = 0", "'defaults.duration_minutes': Input"),
    ("duration_minutes = 50", "duration_minutes = '50'", "'defaults.duration_minutes': Input"),
    ('price = "49.90"', "price = 49.90", "'defaults.price': Input should be a valid string"),
    ('price = "49.90"', 'price = "dear"', "'defaults.price': is not an amount, as 49.90"),
    ('calendar = "Main"', 'calendar = " "', "'defaults.calendar': must have 1 to 200 characters"),
    ("[status]", 'currency = "EURO"\n[status]', "'defaults.currency': must be a code of ISO 4217"),
    ('"CONFIRMED"', '"DONE"', "'status.default': Input should be 'PENDING'"),
    ('"CONFIRMED"', '"PENDING"\nwords = {Yes = "DONE"}', "'status.words.Yes': Input should be"),
    ('"CONFIRMED"', '"PENDING"\nfinished = "CANCELLED"', "'status.finished': must be 'COMPLETED'"),
    ("[fields]", 'encoding = "latin-9000"\n[fields]', "'encoding': is no text encoding"),
    ("[fields]", 'encoding = "base64"\n[fields]', "'encoding': is no text encoding"),
    ("[fields]", 'delimiter = ";;"\n[fields]', "'delimiter': String should have at most 1"),
    ("[fields]", "delimiter = '\"'\n[fields]", "'delimiter': must be a character that can"),
    ("[fields]", 'time_zone = "CEST"\n[fields]', "'time_zone': is not a name of the IANA"),
    ("[fields]", 'ambiguous = "third"\n[fields]', "'ambiguous': Input should be 'first'"),
    ("[fields]", 'allow_overlap = "yes"\n[fields]', "'allow_overlap': Input should be a valid"),
    ("[status]", '[formats]\nstarts_at = "%d.%m.%Y"\n[status]', "'formats.starts_at': Input"),
    ("[status]", '[formats]\nstarts_at = ["%d.%m. %H:%M"]\n[status]', "must give the year"),
    ("[status]", '[formats]\nstarts_at = ["%Y-%m-%d %Q"]\n[status]', "is no format that strptime"),
    ("[status]", '[formats]\nstarts_at = ["%Y-%m-%d %H:%M %Z"]\n[status]', "%Z tells no offset"),
    ("[status]", "[extract]\nId = '('\n[status]", "'extract': 'Id' is no regular expression"),
    ("[status]", "[extract]\nId = '.*'\n[status]", "'extract': 'Id' must have one group"),
    ("[status]", "[extract]\nIdd = '(.*)'\n[status]", "'extract.Idd': no field uses that column"),
    ("[status]", "[status", "not TOML"),
]


@pytest.mark.parametrize(("part", "instead", "told"), BAD)
def test_what_is_wrong_with_a_mapping_is_told_by_its_key(
    tmp_path: Path, part: str, instead: str, told: str
) -> None:
    assert GOOD.count(part) >= 1
    path = written(tmp_path, GOOD.replace(part, instead, 1))

    with pytest.raises(BadMapping) as refusal:
        load_mapping(path)

    assert told in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")


def test_everything_that_is_wrong_with_a_mapping_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "colour = 'red'\n" + GOOD.replace("{Name}", "{Name"))

    with pytest.raises(BadMapping, match=r"'fields\.client_name': .*; 'colour': is not"):
        load_mapping(path)


@pytest.mark.parametrize("name", ["planned", "missing.toml", "."])
def test_a_mapping_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(BadMapping, match=r"no mapping of ours, which are .*plain"):
        load_mapping(name)


def test_a_mapping_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_bytes(GOOD.replace("Consultation", "Gespräch").encode("latin-1"))

    with pytest.raises(BadMapping, match="not TOML"):
        load_mapping(str(path))
