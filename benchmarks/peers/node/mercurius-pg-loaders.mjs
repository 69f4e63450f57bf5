// Mercurius with graphql-jit as its documents have it: a resolver for each list, a loader for each
// relation, on PostgreSQL.

import { serve } from './mercurius.mjs'
import { read } from './postgres.mjs'
import { connection, statistics } from './schema.mjs'
import { practitioner, statements } from './started.mjs'

const CLIENT = 'SELECT id, name FROM client WHERE practitioner_id = $1 AND id = $2'
const HISTORY = `
  SELECT id, starts_at AS "startsAt", duration_minutes AS "durationMinutes", status,
    customer_notes AS "customerNotes", private_notes AS "privateNotes",
    service_id AS "serviceId", calendar_id AS "calendarId", client_id AS "clientId"
  FROM session
  WHERE practitioner_id = $1 AND client_id = $2
  ORDER BY starts_at DESC, id DESC
  LIMIT $3
`

// Loads what sessions of one answer point at with one statement, each thing once.
function loader (table, key) {
  const text = `SELECT id, name FROM ${table} WHERE practitioner_id = $1 AND id = ANY($2)`
  return {
    loader: async (queries) => {
      const ids = [...new Set(queries.map(({ obj }) => obj[key]))]
      const rows = await read(`${table}s`, text, [practitioner, ids], null)
      const found = new Map(rows.map((row) => [row.id, row]))
      return queries.map(({ obj }) => found.get(obj[key]) ?? null)
    },
    // Its cache is keyed by the text of the whole session, which costs more than it saves here.
    opts: { cache: false }
  }
}

await serve({
  resolvers: {
    Query: {
      client: async (_, { id }) => (await read('client', CLIENT, [practitioner, id], null))[0]
    },
    Client: {
      sessions: async ({ id }, { first }) =>
        connection(id, await read('page', HISTORY, [practitioner, id, first + 1], null), first)
    },
    SessionConnection: {
      stats: async ({ clientId }) =>
        statistics(await read('tallies', statements.statistics, [practitioner, clientId]))
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
