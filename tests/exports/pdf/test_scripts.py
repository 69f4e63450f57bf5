"""What is written in any script is in the PDF as it was written, by what two readers find there."""

import pytest

from exports.pdf.lettering import lettered
from tests.exports.pdf.setting import READERS, folded, pdf_of, pdf_of_texts, read

TEXTS = {
    "latin": "Łódź, Ångström, façade, naïve, Tiếng Việt, Dvořák, ĦŊŒß",
    "decomposed": "Cafe\u0301, A\u030angstro\u0308m, x\u0323\u0302, q\u0303, Vie\u0323\u0302t",
    "greek": "Ελληνικά, ᾧ πολυτονικὸ ἄνθρωπος, Ὀδυσσεύς",
    "cyrillic": "Привет, мир — съёмка №5; Їжак, Ђорђе",
    "arabic": "مرحبا بالعالم، الجلسة رقم 5 مع Anna Schmidt غدا (الساعة 14:30). محمّد لا إله",
    "arabic digits": "الموعد ٢٠٢٤/٠١/٠٥ والسعر ٥٠٫٢٥ ريال",
    "persian": "می‌خواهم پژوهش کنم، چگونه؟",
    "urdu": "یہ ٹیسٹ ہے، ڈاکٹر",
    "hebrew": "שלום עולם (סוגריים) abc 123 [מרובע] סוף!",
    "pointed hebrew": "שָׁלוֹם עֲלֵיכֶם, בְּרֵאשִׁית",
    "hebrew in latin": 'Client said "שלום עולם" and left (at 5), then מחר again.',
    "devanagari": "क्षत्रिय हिन्दी में लिखा हुआ पाठ, श्री गणेशाय नमः। विद्यार्थी ॐ १२३",
    "simplified chinese": "今天我们讨论了睡眠和焦虑的问题，客户表示压力很大（包括呼吸练习）。",
    "traditional chinese": "臺灣漢語，繁體中文。",
    "japanese": "今日のセッションでは、ストレスについて話しました。「かぎ」ー々",
    "korean": "오늘 상담에서는 수면과 스트레스에 대해 이야기했습니다.",
    "decomposed korean": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "thai": "วันนี้เราคุยกันเรื่องการนอนหลับและความเครียด ผู้รับบริการบอกว่าเหนื่อยมาก",
    "armenian": "Բարեւ աշխարհ",
    "georgian": "გამარჯობა მსოფლიო",
    "bengali": "বাংলা ভাষা ক্ষমা",
    "gurmukhi": "ਪੰਜਾਬੀ ਭਾਸ਼ਾ",
    "tamil": "தமிழ் மொழி",
    "punctuation": "“a” ‘b’ „c“ «d» … – — • · † ‡ ‰ № ™ © ® ° ¿ ¡ § ¶",
    "currencies": "$ € £ ¥ ₹ ₿ ₩ ₪ ₫ ₴ ₺ ₽ ฿",
    "arrows and marks": "→ ← ↑ ↓ ⇒ ✓ ✗ ✔ ☐ ☑ ★ ☆ ≤ ≥ ≠ ≈ ± × ÷ ½ ∞ √",
}


@pytest.mark.parametrize("reader", READERS)
def test_every_text_is_found_as_it_was_written(reader: str) -> None:
    found = folded(read(pdf_of_texts(*TEXTS.values()), reader))

    assert [name for name, text in TEXTS.items() if folded(text) not in found] == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["arabic", "hebrew", "hebrew in latin", "devanagari"])
def test_a_text_alone_on_its_page_is_found_as_it_was_written(name: str, reader: str) -> None:
    # Readers guess the direction from all of a page.
    found = folded(read(pdf_of_texts(*[TEXTS[name]] * 3), reader))

    assert folded(TEXTS[name] * 3) in found


@pytest.mark.parametrize("reader", READERS)
def test_texts_are_found_in_the_cells_of_a_table_in_bold_and_in_headings(reader: str) -> None:
    names = ["مريم حسن", "דוד לוי", "अनीता शर्मा", "田中さくら", "Ἑλένη", "김민수"]
    rows = "".join(
        f"<tr><td>{number}</td><td><b>{lettered(name)}</b></td><td>50.00 €</td></tr>"
        for number, name in enumerate(names)
    )
    body = f"<h1>{lettered(' · '.join(names))}</h1><table>{rows}</table>"

    found = folded(read(pdf_of(body), reader))

    assert all(found.count(folded(name)) == 2 for name in names)
    assert found.count("50.00€") == len(names)


@pytest.mark.parametrize("reader", READERS)
def test_a_long_text_is_found_whole_over_its_pages(reader: str) -> None:
    text = " ".join([f"{n} {TEXTS['arabic']} {TEXTS['devanagari']}" for n in range(60)])
    han = TEXTS["simplified chinese"] * 60

    found = folded(read(pdf_of_texts(text, han), reader))

    assert folded(text) in found
    assert folded(han) in found
