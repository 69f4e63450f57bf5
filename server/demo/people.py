"""The forty clients: names in many scripts, and how each of them comes.

The addresses are at example.com and example.org (RFC 2606). The phone numbers are from the ranges
that the regulators of Germany (Bundesnetzagentur), the United Kingdom (Ofcom), France (Arcep) and
North America (555-0100 to 555-0199) keep for fiction; where no such range is known to us, the
client has no number.
"""

from typing import Final

from server.demo.habits import BERLIN, NEVER, NEW_YORK, TOKYO, Habit, Person

_IN_BERLIN: Final = (
    Person(
        "Zoë Brückner-Saß",
        "de",
        BERLIN,
        "zoe.brueckner-sass@example.com",
        "+49 30 23125 014",
        Habit(since=156),
    ),
    Person(
        "Jürgen Weiß",
        "de",
        BERLIN,
        "juergen.weiss@example.org",
        "+49 30 23125 377",
        Habit(since=128, until=60, every_weeks=1),
    ),
    Person(
        "Françoise Lefèvre",
        "fr",
        BERLIN,
        "francoise.lefevre@example.com",
        "+33 1 99 00 41 27",
        Habit(since=88, times_a_week=2, every_weeks=1, cancels=0.04, misses=0.01),
    ),
    Person(
        "Łukasz Żółkiewski",
        "pl",
        BERLIN,
        "lukasz.zolkiewski@example.com",
        "+49 171 39200 18",
        Habit(since=74, every_weeks=1),
    ),
    Person(
        "Siobhán Ní Dhúill",
        "en",
        BERLIN,
        "siobhan.nidhuill@example.org",
        "+44 20 7946 0351",
        Habit(since=110, every_weeks=3, service="extended"),
    ),
    Person(
        "Þórunn Ásgeirsdóttir",
        "en",
        BERLIN,
        "thorunn@example.com",
        None,
        Habit(since=140, until=9, every_weeks=4),
    ),
    Person(
        "Αλεξάνδρα Παπαδοπούλου",
        "el",
        BERLIN,
        "alexandra.p@example.com",
        "+49 30 23125 602",
        Habit(since=63, every_weeks=1),
    ),
    Person(
        "Γιώργος Νικολαΐδης",
        "el",
        BERLIN,
        "g.nikolaidis@example.org",
        None,
        Habit(since=88, until=30),
    ),
    Person(
        "Оксана Мельник",
        "uk",
        BERLIN,
        "oksana.melnyk@example.com",
        "+49 176 040690 45",
        Habit(since=118),
    ),
    Person(
        "Дмитрий Соколов",
        "ru",
        BERLIN,
        "d.sokolov@example.com",
        "+49 30 23125 118",
        Habit(since=70, every_weeks=1, until=6, cancels=0.42),
    ),
    Person(
        "Гордана Јовановић",
        "sr",
        BERLIN,
        None,
        "+49 30 23125 743",
        Habit(since=150, every_weeks=4, service="extended"),
    ),
    Person(
        "ليلى الخطيب",
        "ar",
        BERLIN,
        "layla.alkhatib@example.com",
        "+49 171 39200 62",
        Habit(since=52, every_weeks=1),
    ),
    Person(
        "Ayşe Yıldırım",
        "tr",
        BERLIN,
        "ayse.yildirim@example.org",
        "+49 30 23125 229",
        Habit(since=134, every_weeks=3),
    ),
    Person("נועה ברק", "he", BERLIN, "noa.barak@example.com", None, Habit(since=46)),
    Person(
        "مریم رضایی",
        "fa",
        BERLIN,
        "maryam.rezaei@example.com",
        "+49 176 040690 71",
        Habit(since=104, misses=0.38),
    ),
    Person(
        "ሰላም ተስፋዬ",
        "am",
        BERLIN,
        "selam.tesfaye@example.org",
        "+49 30 23125 481",
        Habit(since=70, every_weeks=3),
    ),
    Person(
        "ნინო ბერიძე",
        "ka",
        BERLIN,
        "nino.beridze@example.com",
        None,
        Habit(since=145, every_weeks=4, until=14),
    ),
    Person(
        "Անի Պետրոսյան",
        "hy",
        BERLIN,
        "ani.petrosyan@example.com",
        "+49 30 23125 890",
        Habit(since=84),
    ),
    Person(
        "प्रिया शर्मा",
        "hi",
        BERLIN,
        "priya.sharma@example.com",
        "+44 20 7946 0718",
        Habit(since=40, every_weeks=1, service="extended"),
    ),
    Person(
        "অনন্যা সেন",
        "bn",
        BERLIN,
        "ananya.sen@example.org",
        None,
        Habit(since=126, every_weeks=4),
    ),
    Person(
        "தமிழ்ச்செல்வி முருகன்",
        "ta",
        BERLIN,
        "tamilselvi.m@example.com",
        "+49 30 23125 556",
        Habit(since=97, every_weeks=4),
    ),
    Person(
        "Nguyễn Thị Minh Châu",
        "vi",
        BERLIN,
        "minhchau.nguyen@example.com",
        "+49 171 39200 33",
        Habit(since=152, until=102, every_weeks=1),
    ),
    Person(
        "José Ángel Muñoz Ibáñez",
        "es",
        BERLIN,
        None,
        "+49 30 23125 067",
        Habit(since=114, every_weeks=3),
    ),
    Person("João Conceição", "pt", BERLIN, None, None, Habit(since=156, every_weeks=13)),
    Person(
        "Tereza Dvořáková",
        "cs",
        BERLIN,
        "tereza.dvorakova@example.com",
        None,
        Habit(since=-1, every_weeks=2),
    ),
)

_IN_NEW_YORK: Final = (
    Person(
        "Maya O'Connor-Reyes",
        "en",
        NEW_YORK,
        "maya.oconnor.reyes@example.com",
        "+1 212-555-0134",
        Habit(since=121, service="abroad"),
    ),
    Person(
        "Jamal Washington",
        "en",
        NEW_YORK,
        "jamal.washington@example.com",
        "+1 718-555-0187",
        Habit(since=66, every_weeks=1, service="abroad"),
    ),
    Person(
        "Kaʻiulani Mahoe",
        "en",
        NEW_YORK,
        "kaiulani@example.org",
        "+1 646-555-0112",
        Habit(since=138, every_weeks=4, service="abroad"),
    ),
    Person(
        'Anne-Marie "Mac" D\'Angelo',
        "en",
        NEW_YORK,
        "mac.dangelo@example.com",
        "+1 917-555-0166",
        Habit(since=100, until=5, service="abroad", cancels=0.5),
    ),
    Person(
        "Élodie Jean-Baptiste",
        "fr",
        NEW_YORK,
        "elodie.jb@example.com",
        "+1 347-555-0149",
        Habit(since=78, service="abroad"),
    ),
    Person("דוד לוי", "he", NEW_YORK, "david.levi@example.com", None, Habit(since=58)),
    Person(
        "김서연",
        "ko",
        NEW_YORK,
        "seoyeon.kim@example.com",
        "+1 212-555-0178",
        Habit(since=148, every_weeks=4, service="abroad"),
    ),
    Person(
        "محمد الأمين",
        "ar",
        NEW_YORK,
        "m.alamin@example.org",
        "+1 718-555-0103",
        Habit(since=48, service="abroad", misses=0.42, cancels=0.1),
    ),
)

_IN_TOKYO: Final = (
    Person(
        "佐藤 陽子", "ja", TOKYO, "yoko.sato@example.com", None, Habit(since=130, every_weeks=3)
    ),
    Person("高橋 健太", "ja", TOKYO, "kenta.takahashi@example.com", None, Habit(since=60)),
    Person(
        "ミュラー さくら",
        "ja",
        TOKYO,
        "sakura.mueller@example.com",
        "+49 176 040690 08",
        Habit(since=142, every_weeks=4, until=20),
    ),
    Person("王晓琳", "zh", TOKYO, "xiaolin.wang@example.com", None, Habit(since=35, every_weeks=1)),
    Person("陳美玲", "zh-Hant", TOKYO, None, None, Habit(since=107, every_weeks=4)),
    Person("กานดา ศรีสุข", "th", TOKYO, "kanda.srisuk@example.org", None, Habit(since=90)),
    Person("박지훈", "ko", TOKYO, "jihoon.park@example.com", None, NEVER),
)

CLIENTS: Final = (*_IN_BERLIN, *_IN_NEW_YORK, *_IN_TOKYO)

# The forty-first, whose profile was deleted: nothing is left of it but the sessions.
DELETED: Final = Person("", "de", BERLIN, None, None, Habit(since=112, until=22))
DELETED_WEEKS_AGO: Final = 11
