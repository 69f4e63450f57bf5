// Mercurius with graphql-jit, and one hand-written join on PostgreSQL, prepared by name.

import pg from 'pg'

import { serve } from './mercurius.mjs'
import { connection, session, statistics } from './schema.mjs'
import { database, practitioner, statements } from './started.mjs'

const { builtins, setTypeParser } = pg.types
// Instants as they are sent, of the text that PostgreSQL sends; counts as numbers.
setTypeParser(builtins.TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
setTypeParser(builtins.INT8, Number)

const pool = new pg.Pool({ connectionString: database })

async function read (name, values) {
  const { rows } = await pool.query({ name, text: statements[name], values, rowMode: 'array' })
  return rows
}

await serve({
  resolvers: {
    Query: {
      client: (_, { id }) => ({ id })
    },
    Client: {
      sessions: async ({ id }, { first }) => {
        const rows = await read('history', [practitioner, id, first + 1])
        return connection(id, rows.map(session), first)
      }
    },
    SessionConnection: {
      stats: async ({ clientId }) => statistics(await read('statistics', [practitioner, clientId]))
    }
  }
})
