// Mercurius on Fastify, without a line for each request, compiling a document when it comes again.

import Fastify from 'fastify'
import mercurius from 'mercurius'

import { typeDefs } from './schema.mjs'
import { port } from './started.mjs'

export async function serve (options) {
  const app = Fastify({ logger: false })
  app.register(mercurius, { schema: typeDefs, jit: 1, ...options })
  await app.listen({ port, host: '127.0.0.1' })
}
