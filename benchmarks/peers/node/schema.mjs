// The part of the schema that is asked about, and rows as its types.

import { readFileSync } from 'node:fs'

export const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')

// A row of the statement that joins all of it.
export function session (row) {
  return {
    id: row[0],
    startsAt: row[1],
    durationMinutes: row[2],
    status: row[3],
    customerNotes: row[4],
    privateNotes: row[5],
    service: { id: row[6], name: row[7] },
    calendar: { id: row[8], name: row[9] },
    client: row[10] === null ? null : { id: row[10], name: row[11] }
  }
}

// `first` sessions of one more that were read; `clientId` is for what is asked beside them.
export function connection (clientId, rows, first) {
  const hasNextPage = rows.length > first
  return { clientId, nodes: hasNextPage ? rows.slice(0, first) : rows, pageInfo: { hasNextPage } }
}

// Rows of currency, status, count and sum of prices.
export function statistics (rows) {
  const counts = { COMPLETED: 0, CANCELLED: 0, NO_SHOW: 0 }
  const revenue = []
  let total = 0
  for (const [currency, status, count, priceMinor] of rows) {
    total += count
    counts[status] += count
    // All prices here are in EUR, which has cents.
    if (status === 'COMPLETED') revenue.push({ amount: (priceMinor / 100).toFixed(2), currency })
  }
  return {
    total,
    completed: counts.COMPLETED,
    cancelled: counts.CANCELLED,
    noShow: counts.NO_SHOW,
    revenue
  }
}
