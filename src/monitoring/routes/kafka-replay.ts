import { errorSchema } from '../../contract/api.ts'
import { MOST_REPLAYED, replayAnswerSchema, replayRequestSchema } from '../../contract/kafka-api.ts'
import type { ReplayAnswer, ReplayRequest } from '../../contract/kafka-api.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Client } from '../../postgres/pool.ts'
import { requestReplays, requestReplaysOf } from '../../postgres/replay-requests.ts'
import type { Access } from '../access/access.ts'
import { auditOf } from '../access/audit.ts'
import { databaseCall } from '../access/database-call.ts'
import { callerOf } from '../access/guard.ts'
import type { App } from '../app.ts'
import { createGate } from '../gate.ts'
import { RequestError } from '../request-error.ts'
import { changeFailures } from './context.ts'

/** Each keeps one of the two connections that logins need, too, for as long as 5 s. */
const AT_ONCE = 1

export function registerKafkaReplay(app: App, access: Access, sensorTopic: string): void {
  const gate = createGate(AT_ONCE, 'another replay is being requested; try again')
  app.post('/api/kafka/dead-letters/replay', {
    schema: {
      tags: ['Kafka'],
      summary: 'Send refused messages into the sensor topic again, each once',
      description: 'For after the cause is mended. The consumers send the messages as they were received, and check them like any other; one '
        + 'that is refused again is a new dead letter. To ask twice does no harm: what was requested before is requested again only if '
        + 'Kafka refused it, or if nothing has become of it 10 minutes after it was sent.',
      body: replayRequestSchema,
      response: {
        202: { ...replayAnswerSchema, description: 'it is stored; the consumers send them within seconds' },
        404: { ...errorSchema, description: 'there is no dead letter at one of the places; nothing was requested' }, ...changeFailures,
        503: { ...errorSchema, description: 'the database does not answer, or another replay is being requested; the error says which' },
      },
    },
  }, async (request, reply) => {
    const account = callerOf(request).account as string
    const answer = await gate.enter(() => databaseCall(() => inTransaction(access.pool, async (client) => {
      const requested = await replay(client, { topic: sensorTopic, account }, request.body)
      await auditOf(client, request, 'dead_letters.replay', sensorTopic, `${describe(request.body)}: ${requested.requested} requested`)
      return requested
    })))
    return reply.code(202).send(answer)
  })
}

async function replay(client: Client, of: { topic: string, account: string }, { letters, reason }: ReplayRequest): Promise<ReplayAnswer> {
  if (letters === undefined) return requestReplays(client, of, reason ?? null, MOST_REPLAYED)
  const places = letters.map(({ partition, offset, topic_id: topicId, generation }) =>
    ({ partition, offset, topicId: topicId ?? null, generation: generation ?? null }))
  const { requested, unknown } = await requestReplaysOf(client, of, places)
  if (unknown !== null) throw new RequestError(404, `there is no dead letter of partition ${unknown.partition} at offset ${unknown.offset}`)
  return { requested, remaining: 0 }
}

/** For the audit log. */
function describe({ letters, reason }: ReplayRequest): string {
  if (letters !== undefined) return letters.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')
  return reason === undefined ? 'all' : `reason ${reason}`
}
