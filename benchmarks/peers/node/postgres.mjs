// PostgreSQL through pg, each statement prepared by name.

import pg from 'pg'

import { database } from './started.mjs'

const { builtins, setTypeParser } = pg.types
// Instants as they are sent, of the text that PostgreSQL sends; counts as numbers.
setTypeParser(builtins.TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
setTypeParser(builtins.INT8, Number)

const pool = new pg.Pool({ connectionString: database })

// The rows as arrays, or as objects where the statement names its columns as they are sent.
export async function read (name, text, values, rowMode = 'array') {
  const { rows } = await pool.query({ name, text, values, rowMode })
  return rows
}
