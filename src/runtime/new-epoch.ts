import { randomBytes } from 'node:crypto'

/** What one life of a producer is called: readable, sortable, and new each time, also when two start in the same millisecond. */
export function newEpoch(): string {
  return `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`
}
