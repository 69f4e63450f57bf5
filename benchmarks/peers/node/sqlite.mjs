// The database, opened as the floor opens it.

import Database from 'better-sqlite3'

import { database } from './started.mjs'

export const db = new Database(database, { readonly: true, fileMustExist: true })
db.pragma('cache_size=-65536')
db.pragma('mmap_size=268435456')
