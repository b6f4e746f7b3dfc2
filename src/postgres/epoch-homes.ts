import type { Client } from './pool.ts'
import { readEpochs } from './producer-epochs.ts'
import type { ProducerEpoch } from './producer-epochs.ts'

export interface EpochHome {
  readonly logKey: number
  /** Its epochs are stored as of this offset or a later one. */
  readonly numbersOffset: number
  /** Its topic was replaced, or it was truncated: nothing comes through it any more. */
  readonly closed: boolean
}

/**
 * Locks the logs that are homes of these epochs, so that nothing is stored in them until the end of the transaction, and returns both. From now
 * on what the owners of these logs have prepared is fenced: they have to read the epochs again.
 */
export async function takeFromHomes(
  client: Client, epochs: readonly { sensorKey: number, epoch: string }[],
): Promise<{ homes: EpochHome[], epochs: ProducerEpoch[] }> {
  const before = await readEpochs(client, epochs)
  const logKeys = [...new Set(before.flatMap(({ homeLog }) => homeLog ?? []))]
  // In the order in which all lock them.
  const { rows } = await client.query<EpochHome>(
    `with locked as (select log_key from partition_log where log_key = any($1) order by log_key for update)
     update partition_log l set numbers_moved = numbers_moved + 1 from locked where l.log_key = locked.log_key
     returning l.log_key as "logKey", coalesce(numbers_offset, next_offset) as "numbersOffset", closed_at is not null as closed`, [logKeys])
  // Another consumer may have taken some of them before we had the lock.
  const locked = new Set(logKeys)
  return { homes: rows, epochs: (await readEpochs(client, epochs)).filter(({ homeLog }) => homeLog !== null && locked.has(homeLog)) }
}
