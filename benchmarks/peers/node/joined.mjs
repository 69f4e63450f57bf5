// Resolvers in their strongest form: one hand-written join for the page, rows as arrays.

import { connection, session, statistics } from './schema.mjs'
import { db } from './sqlite.mjs'
import { practitioner, statements } from './started.mjs'

const history = db.prepare(statements.history).raw()
const tallies = db.prepare(statements.statistics).raw()

export const resolvers = {
  Query: {
    client: (_, { id }) => ({ id })
  },
  Client: {
    sessions: ({ id }, { first }) =>
      connection(id, history.all(practitioner, id, first + 1).map(session), first)
  },
  SessionConnection: {
    stats: ({ clientId }) => statistics(tallies.all(practitioner, clientId))
  }
}
