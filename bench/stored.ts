import type { Pool } from '../src/postgres/pool.ts'

/** How far the consumers are with all partitions together. */
export interface Stored {
  readonly readings: number
  /** Consumers that have a partition. */
  readonly owners: number
}

export async function readStored(pool: Pool): Promise<Stored> {
  const { rows } = await pool.query<Stored>(
    'select coalesce(sum(stored), 0)::int8 as readings, count(distinct claimed_by)::int as owners from partition_log')
  return rows[0] ?? { readings: 0, owners: 0 }
}
