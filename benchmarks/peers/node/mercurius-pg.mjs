// Mercurius with graphql-jit, and one hand-written join on PostgreSQL, prepared by name.

import { serve } from './mercurius.mjs'
import { read } from './postgres.mjs'
import { connection, session, statistics } from './schema.mjs'
import { practitioner, statements } from './started.mjs'

const named = (name, values) => read(name, statements[name], values)

await serve({
  resolvers: {
    Query: {
      client: (_, { id }) => ({ id })
    },
    Client: {
      sessions: async ({ id }, { first }) => {
        const rows = await named('history', [practitioner, id, first + 1])
        return connection(id, rows.map(session), first)
      }
    },
    SessionConnection: {
      stats: async ({ clientId }) => statistics(await named('statistics', [practitioner, clientId]))
    }
  }
})
