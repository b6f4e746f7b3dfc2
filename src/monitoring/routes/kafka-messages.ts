import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { kafkaMessagesSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { readStart } from '../message-question.ts'
import { kafkaFailures, partitionQuery, searchQuery, topicQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const MOST = 500
const DEFAULT_LIMIT = 50

const querySchema = Type.Object({
  topic: topicQuery,
  partition: Type.Optional(partitionQuery),
  last: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, description: 'the newest so many; the default, with 50' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'on from this offset of the partition' })),
  time: Type.Optional(Type.String({ format: 'date-time', description: 'on from the first message that is not older' })),
  after: Type.Optional(Type.String({ maxLength: 2_000, description: '`newer` of an answer: what follows it' })),
  before: Type.Optional(Type.String({ maxLength: 2_000, description: '`older` of an answer: what lies before it' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, description: 'messages in the answer; 50 unless told' })),
  search: Type.Optional(searchQuery),
}, { additionalProperties: false })

export function registerKafkaMessages(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/messages', {
    schema: {
      tags: ['Kafka'],
      summary: 'Messages of a topic, from an offset, a time, or the end',
      description: 'Read as no member of a group: nothing is committed. One of last, offset, time, after and before says where to begin. '
        + 'A search ends after 50,000 messages or 2.5 s and says so; `older` and `newer` go on from there. Keys, values and headers are cut '
        + 'after 64 KiB. Transaction markers are left out, messages of open and aborted transactions are not.',
      querystring: querySchema,
      response: {
        200: kafkaMessagesSchema, 400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' },
        404: { ...errorSchema, description: 'there is no such topic or partition' }, ...kafkaFailures,
      },
    },
  }, async ({ query }) => {
    const layout = await kafka.layout(query.topic)
    return kafka.messages(layout, readStart(layout, query), query.last ?? query.limit ?? DEFAULT_LIMIT, query.search ?? null)
  })
}
