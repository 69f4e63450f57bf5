// Reads iCalendar objects from standard input, a JSON list of texts, as a calendar of ical.js would
// show them one after the other: the events there are after each, by UID, as RFC 5546 has it.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const events = new Map();
const seen = [];
for (const text of JSON.parse(readFileSync(0, "utf-8"))) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const method = calendar.getFirstPropertyValue("method");
  const names = [];
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    const known = events.get(event.uid);
    names.push(event.uid);
    if (known && known.sequence > event.sequence) continue;
    const value = (name) => component.getFirstPropertyValue(name);
    events.set(event.uid, {
      uid: event.uid,
      sequence: event.sequence,
      gone: method === "CANCEL",
      status: value("status"),
      starts: event.startDate.toJSDate().toISOString(),
      ends: event.endDate.toJSDate().toISOString(),
      summary: event.summary,
      description: event.description,
      organizer: event.organizer,
      attendees: event.attendees.map((one) => [one.getFirstValue(), one.getParameter("cn")]),
      stamp: value("dtstamp").toJSDate().toISOString(),
    });
  }
  seen.push({ method, names, events: [...events.values()].filter((one) => !one.gone) });
}
process.stdout.write(JSON.stringify(seen));
