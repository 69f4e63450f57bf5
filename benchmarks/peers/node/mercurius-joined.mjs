// Mercurius with graphql-jit, and one hand-written join on better-sqlite3.

import { resolvers } from './joined.mjs'
import { serve } from './mercurius.mjs'

await serve({ resolvers })
