"""The practice: its practitioner, services and calendars."""

from resolvers import rows
from resolvers.scalars import CurrencyCode, TimeZone
from schema.node import Money, Node
from schema.over import over, read


@over(
    rows.PractitionerRow,
    name="Practitioner",
    description="The account that owns the record: a coach, therapist, tutor or consultant.",
)
class Practitioner(Node):
    """Who is signed in."""

    name: str = read("The name that clients see.")
    email: str = read("The email address that signs in.")
    time_zone: TimeZone = read("Where days and months begin, unless a request names another zone.")
    currency: CurrencyCode = read("The currency of new services, unless they name another.")


@over(
    rows.ServiceRow,
    name="Service",
    description="A type of session, with the duration and price that new sessions start from.",
)
class Service(Node):
    """The page's "Service: session type"."""

    name: str = read("What it is called.")
    duration_minutes: int = read("How long a new session of it lasts, in minutes: 1 to 1440.")
    price: Money = read("What a new session of it costs. Changing it changes no session.")
    active: bool = read(
        "False once it is retired: it stays on its sessions, but books no new ones."
    )


@over(
    rows.CalendarRow,
    name="Calendar",
    description="Where sessions take their slots: on one calendar no two overlap, unless allowed.",
)
class Calendar(Node):
    """The page's "Calendar: which calendar it's on"."""

    name: str = read("What it is called.")
    color: str | None = read("Its colour as `#rrggbb`; null when it has none.")
    time_zone: TimeZone = read("Where it is kept: the zone to show its sessions in.")
