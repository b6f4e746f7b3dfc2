import { dayOf } from '../contract/timestamp.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { partitionNamed } from './partitions.ts'
import type { Partition } from './partitions.ts'
import type { Client } from './pool.ts'

/** Days that each level is kept. */
export interface Retention {
  readonly rawDays: number
  readonly minuteDays: number
  /** Infinity: for ever. */
  readonly hourDays: number
}

/** A partition is kept a day longer, so that no batch whose readings were just young enough finds it gone. */
const MARGIN_DAYS = 1
/** By it, a table that was detached to be dropped is told from one that somebody detached to keep it. */
const MARK = 'expired'

/** False when another consumer has it. It is held until the connection ends. */
export async function tryMaintenanceLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [ADVISORY_LOCKS.maintenance])
  return rows[0]?.locked === true
}

/**
 * Drops partitions whose last moment is past their retention, and goes on where that was broken off. Each is detached first, concurrently:
 * dropping it where it is would lock out every reader and writer of the whole table. Throws when somebody uses the table for too long;
 * what was begun is then finished by the next call.
 */
export async function dropExpired(client: Client, retention: Retention, nowMs: number, onDropped: (name: string) => void): Promise<void> {
  await client.query(`set lock_timeout = '3s'`)
  const days = { reading: retention.rawDays, reading_minute: retention.minuteDays, reading_hour: retention.hourDays }
  const { rows } = await client.query<{ name: string, attached: boolean, pending: boolean | null }>(`
    select c.relname as name, i.inhrelid is not null as attached, i.inhdetachpending as pending
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname like 'reading\\_%'
      and (i.inhrelid is not null or obj_description(c.oid, 'pg_class') = $1)
    order by c.relname`, [MARK])
  for (const { name, attached, pending } of rows) {
    const partition = partitionNamed(name)
    if (partition === null || partition.to > dayOf(nowMs * 1000) - days[partition.table] - MARGIN_DAYS) continue
    if (attached) await detach(client, partition, pending === true)
    await client.query(`drop table ${name}`)
    onDropped(name)
  }
}

async function detach(client: Client, { table, name }: Partition, pending: boolean): Promise<void> {
  await client.query(`comment on table ${name} is '${MARK}'`)
  await client.query(`alter table ${table} detach partition ${name} ${pending ? 'finalize' : 'concurrently'}`)
}
