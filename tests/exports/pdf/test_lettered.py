"""The HTML of a text shows all of the text, and nothing but text."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.pdf.lettering import lettered
from tests.exports.pdf.setting import READERS, folded, pdf_of_texts, read

MARKUP = [
    "<b>bold</b>",
    "&amp; &bogus; &#65;",
    "<img src=file:///etc/passwd>",
    '<font color="[[[1]]]">x</font>',
    "{{ 7*7 }} {% raw %}",
    "-pdf-page-break: always; */ }</style>",
    "<!-- <pdf:nextpage> -->",
    "</p></td><script>",
]

UNSEEN = {
    "override": "a\u202egnp.exe",
    "embedding": "a\u202bb\u202cc",
    "isolate without an end": "a\u2067b",
    "end without an isolate": "a\u2069b",
    "soft hyphen": "co\xadoperate",
    "variation selector": "a\ufe0f",
    "byte order mark": "\ufeffa",
    "joiners": "a\u200d\u200cb",
    "word joiner": "a\u2060b",
    "tags": "a\U000e0041\U000e007f",
    "direction marks": "a\u200e\u200fb",
}

WITHOUT_A_GLYPH = {
    "emoji": ("\U0001f600", "[U+1F600]"),
    "unassigned": ("\u0378", "[U+0378]"),
    "private use": ("\ue000", "[U+E000]"),
    "private use in a plane of its own": ("\U000f0000", "[U+F0000]"),
    "control": ("\x07", "[U+0007]"),
    "NUL": ("\0", "[U+0000]"),
    "C1 control": ("\x9b", "[U+009B]"),
    "lone surrogate": ("\ud800", "[U+D800]"),
    "hieroglyph": ("\U00013000", "[U+13000]"),
}


def test_plain_text_is_only_escaped() -> None:
    assert lettered("Łódź & <b> “quoted” – 50 €") == "Łódź &amp; &lt;b&gt; “quoted” – 50 €"


@pytest.mark.parametrize("reader", READERS)
def test_markup_shows_as_typed(reader: str) -> None:
    found = folded(read(pdf_of_texts(*MARKUP), reader))

    assert [text for text in MARKUP if folded(text) not in found] == []


@pytest.mark.parametrize("reader", READERS)
def test_what_no_font_has_is_shown_by_its_number(reader: str) -> None:
    found = folded(read(pdf_of_texts(*(text for text, _ in WITHOUT_A_GLYPH.values())), reader))

    assert [name for name, (_, shown) in WITHOUT_A_GLYPH.items() if shown not in found] == []


def test_a_stand_in_is_set_in_a_style_of_its_own() -> None:
    assert lettered("a\U0001f600b") == 'a<span class="no-glyph">[U+1F600]</span>b'


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_seen_does_no_harm(name: str, reader: str) -> None:
    text = UNSEEN[name]

    found = folded(read(pdf_of_texts(f"before {text} after"), reader))

    assert found == folded(f"before {text} after")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_line_end_becomes_one(end: str) -> None:
    assert lettered(f"one{end}two") == "one<br/>two"


def test_text_from_right_to_left_is_set_apart_from_what_stands_beside_it() -> None:
    assert lettered("שלום") == '\u2068<span class="in-hebrew">שלום</span>\u2069'


def test_marks_stay_with_their_letter() -> None:
    assert lettered("x\u0301") == "x\u0301"
    assert lettered("\u05d0\u05b8 \u0915\u094d\u0937").count("<span") == 2


def test_a_mark_with_no_letter_is_given_a_circle_to_stand_on() -> None:
    assert lettered("\u0301a") == "\u25cc\u0301a"
    assert lettered("a \u0301") == "a \u25cc\u0301"


def test_marks_do_not_climb_out_of_their_line() -> None:
    shown = str(lettered("a" + "\u0301" * 100))

    assert shown.count("\u0301") + shown.count("\xe1") == 100
    assert max(map(len, shown.split("\u25cc"))) < 8


def test_a_mark_that_the_font_of_its_letter_lacks_is_not_lost() -> None:
    assert "\u05b8" in lettered("漢\u05b8")


@given(st.text())
def test_all_of_any_text_can_be_had_back_from_its_html(text: str) -> None:
    shown = html.unescape(re.sub("</?span[^>]*>", "", str(lettered(text)).replace("<br/>", "\n")))

    assert letters(text) <= letters(re.sub(r"\[U\+([0-9A-F]+)\]", _character, shown) + shown)


def _character(number: re.Match[str]) -> str:
    return chr(int(number[1], 16))


def letters(text: str) -> set[str]:
    """The characters of `text` that a reader would miss."""
    unseen = {"Cf", "Zl", "Zp"}
    kept = {c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in unseen}
    return (
        kept
        - set("\r\v\f\x85\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
        - {c for c in kept if c in _VARIATION_SELECTORS or "\ufff0" <= c <= "\uffff"}
    )


_VARIATION_SELECTORS = {chr(code) for code in [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10)]} | {
    chr(code) for code in range(0xE0000, 0xE1000)
}
