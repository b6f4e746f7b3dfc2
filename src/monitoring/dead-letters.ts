import type { KafkaDeadLetters } from '../contract/kafka-api.ts'
import { deadLetterTopic } from '../contract/topics.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import type { Pool } from '../postgres/pool.ts'
import { countDeadLetters, countReplays, readDeadLetterReasons } from '../postgres/read-dead-letters.ts'
import { DatabaseTimeoutError, readSnapshot } from '../postgres/snapshot.ts'
import { messageOf } from '../runtime/errors.ts'
import { UnavailableError } from './poller.ts'
import { shareRead } from './shared-read.ts'

const MAX_AGE_MS = 2_000
const READ_TIMEOUT_MS = 2_000
/** Of each log; 30,000 in three logs are read in 100 ms. */
const MOST_COUNTED = 10_000

/** The dead letters by reason, read once for all who ask. Rejects with an `UnavailableError` when the database can't be read. */
export function watchDeadLetters(pool: Pool, sensorTopic: string): () => Promise<KafkaDeadLetters> {
  return shareRead(async () => {
    try {
      return await readSnapshot(pool, READ_TIMEOUT_MS, async (client) => {
        const total = await countDeadLetters(client, sensorTopic)
        const { waiting, stored, duplicates, refused, failed, again } = await countReplays(client, sensorTopic)
        const reasons = await readDeadLetterReasons(client, sensorTopic, MOST_COUNTED)
        return {
          topic: deadLetterTopic(sensorTopic), total, counted: reasons.reduce((sum, { count }) => sum + count, 0),
          by_reason: reasons.map(({ reason, count, newestAt, detail, replayable }) =>
            ({ reason, count, newest_at: newestAt.toISOString(), example: detail, replayable })),
          replay: { replayable: total - waiting - stored - duplicates - refused - failed + again, waiting, stored, duplicates, refused, failed },
        }
      })
    } catch (error) {
      const disposition = error instanceof DatabaseTimeoutError ? 'retry' : classifyPostgres(error)
      if (disposition !== 'retry' && disposition !== 'exit') throw error
      throw new UnavailableError(`PostgreSQL: ${messageOf(error)}`)
    }
  }, MAX_AGE_MS)
}
