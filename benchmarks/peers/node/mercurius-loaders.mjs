// Mercurius with graphql-jit as its documents have it: a resolver for each list, a loader for each
// relation, on better-sqlite3.

import { serve } from './mercurius.mjs'
import { connection, statistics } from './schema.mjs'
import { db } from './sqlite.mjs'
import { practitioner, statements } from './started.mjs'

const client = db.prepare('SELECT id, name FROM client WHERE practitioner_id = ? AND id = ?')
const history = db.prepare(`
  SELECT id, starts_at AS startsAt, duration_minutes AS durationMinutes, status,
    customer_notes AS customerNotes, private_notes AS privateNotes,
    service_id AS serviceId, calendar_id AS calendarId, client_id AS clientId
  FROM session
  WHERE practitioner_id = ? AND client_id = ?
  ORDER BY starts_at DESC, id DESC
  LIMIT ?
`)
const tallies = db.prepare(statements.statistics).raw()

// Loads what sessions of one answer point at with one statement, each thing once.
function loader (table, key) {
  const read = db.prepare(`
    SELECT id, name FROM ${table}
    WHERE practitioner_id = ? AND id IN (SELECT value FROM json_each(?))
  `)
  return {
    loader: async (queries) => {
      const ids = [...new Set(queries.map(({ obj }) => obj[key]))]
      const found = new Map(read.all(practitioner, JSON.stringify(ids)).map((row) => [row.id, row]))
      return queries.map(({ obj }) => found.get(obj[key]) ?? null)
    },
    // Its cache is keyed by the text of the whole session, which costs more than it saves here.
    opts: { cache: false }
  }
}

await serve({
  resolvers: {
    Query: {
      client: (_, { id }) => client.get(practitioner, id)
    },
    Client: {
      sessions: ({ id }, { first }) =>
        connection(id, history.all(practitioner, id, first + 1), first)
    },
    SessionConnection: {
      stats: ({ clientId }) => statistics(tallies.all(practitioner, clientId))
    }
  },
  loaders: {
    Session: {
      service: loader('service', 'serviceId'),
      calendar: loader('calendar', 'calendarId'),
      client: loader('client', 'clientId')
    }
  }
})
