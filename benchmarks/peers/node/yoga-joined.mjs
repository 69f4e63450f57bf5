// GraphQL Yoga on Node's own HTTP server, with graphql-jit, and one hand-written join.

import { createServer } from 'node:http'

import { useGraphQlJit } from '@envelop/graphql-jit'
import { createSchema, createYoga } from 'graphql-yoga'

import { resolvers } from './joined.mjs'
import { typeDefs } from './schema.mjs'
import { port } from './started.mjs'

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  graphiql: false,
  landingPage: false,
  logging: false,
  plugins: [useGraphQlJit()]
})

createServer(yoga).listen(port, '127.0.0.1')
