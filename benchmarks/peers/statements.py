"""The statements that every peer may answer with: one text each, for both engines."""

import re
from typing import Final

# LEFT keeps SQLite from reading a small table first and sorting (resolvers/sessions.py).
_HISTORY: Final = """
SELECT session.id, session.starts_at, session.duration_minutes, session.status,
  session.customer_notes, session.private_notes, service.id, service.name, calendar.id,
  calendar.name, client.id, client.name
FROM session
LEFT JOIN service ON service.practitioner_id = session.practitioner_id
  AND service.id = session.service_id
LEFT JOIN calendar ON calendar.practitioner_id = session.practitioner_id
  AND calendar.id = session.calendar_id
LEFT JOIN client ON client.practitioner_id = session.practitioner_id
  AND client.id = session.client_id
WHERE session.practitioner_id = $1 AND session.client_id = $2
ORDER BY session.starts_at DESC, session.id DESC
LIMIT $3
"""
# A row for each status is a tenth less work for SQLite than a row with a filter for each.
_STATISTICS: Final = """
SELECT currency, status, count(*), CAST(sum(price_minor) AS BIGINT)
FROM session
WHERE practitioner_id = $1 AND client_id = $2
GROUP BY currency, status
"""
STATEMENTS: Final = {
    "sqlite": {
        "history": re.sub(r"\$\d", "?", _HISTORY),
        "statistics": re.sub(r"\$\d", "?", _STATISTICS),
    },
    "postgresql": {"history": _HISTORY, "statistics": _STATISTICS},
}
