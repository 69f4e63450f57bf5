"""What files are called: a name that any system keeps, in a header that any client reads."""

from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ExportFormat
from resolvers.exporting.file_names import file_name
from server.downloads import content_disposition

AT = datetime(2026, 5, 14, 23, 59, tzinfo=UTC)
REST = " - session history 2026-05-14.csv"
NAMES = [
    ("Ada Lovelace", "Ada Lovelace"),
    ("Zoë Müller-Straße", "Zoë Müller-Straße"),
    ("山田 太郎", "山田 太郎"),
    ("ليلى الفارسي", "ليلى الفارسي"),
    ("José (1) & Co. #7 100%; a=b, 'x'", "José (1) & Co. #7 100%; a=b, 'x'"),
    ('../../etc/"passwd"', "_.._etc__passwd_"),
    ("..\\..\\boot.ini", "_.._boot.ini"),
    ('Ada"\r\nSet-Cookie: a=b', "Ada___Set-Cookie_ a=b"),
    ("a<b>c:d|e?f*g", "a_b_c_d_e_f_g"),
    ("exe.\u202egpj", "exe._gpj"),
    ("\u2066a\u2069\u200f\u061c\ufeff", "_a____"),
    ("a\u2028b\u2029c\x85d\x7f", "a_b_c_d_"),
    (" . Ada . ", "Ada"),
    ("...", "client"),
    (" ", "client"),
    ("\0", "_"),
    ("CON", "CON"),
    ("x" * 200, "x" * 150),
    ("🧑" * 200, "🧑" * 37),
    ("é" * 200, "é" * 75),
    ("x" * 149 + " y", "x" * 149),
]


@pytest.mark.parametrize(("client", "expected"), NAMES, ids=lambda name: ascii(name[:30]))
def test_a_file_is_called_after_its_client_as_far_as_systems_allow(
    client: str, expected: str
) -> None:
    assert file_name(client, ExportFormat.CSV, at=AT) == expected + REST


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_name_makes_a_name_that_every_system_keeps(client: str) -> None:
    name = file_name(client, ExportFormat.PDF, at=AT)

    assert name.endswith(" - session history 2026-05-14.pdf")
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|\0\r\n\u202e')
    assert not name.startswith((".", " "))


def parsed(header: str) -> tuple[str, str]:
    """The two names in a header, as a mail program's parser finds them."""
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    (_, plain), (_, extended) = message.get_params([], header="content-disposition")[1:]
    assert isinstance(extended, tuple), "no extended name"
    return str(plain), collapse_rfc2231_value(extended)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_name_of_any_script_is_read_back_from_its_header(client: str) -> None:
    name = file_name(client, ExportFormat.CSV, at=AT)

    header = content_disposition(name)

    assert header.isascii()
    assert header.isprintable()
    plain, extended = parsed(header)
    assert extended == name
    assert len(plain) >= len(name)
    assert "%" not in plain
    assert plain.endswith(".csv")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Ada.csv", "Ada.csv"),
        ("Zoë 100%.csv", "Zoe 100_.csv"),
        ("会議 ½ ﬁ.csv", "__ 12 fi.csv"),
        ('say "hi".csv', "say _hi_.csv"),
        ("a\\b.csv", "a_b.csv"),
        ("a\r\nX: y\0.csv", "a__X: y_.csv"),
    ],
)
def test_old_clients_get_a_name_of_plain_letters(name: str, plain: str) -> None:
    header = content_disposition(name)

    assert header.isprintable()
    assert parsed(header) == (plain, name)
