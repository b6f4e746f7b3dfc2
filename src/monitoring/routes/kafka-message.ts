import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { kafkaMessageSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { readPartitions } from '../message-question.ts'
import { kafkaFailures, partitionQuery, topicQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const querySchema = Type.Object({
  topic: topicQuery,
  partition: partitionQuery,
  offset: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'its place in the partition' }),
}, { additionalProperties: false })

export function registerKafkaMessage(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/message', {
    schema: {
      tags: ['Kafka'],
      summary: 'One message with all its bytes',
      description: 'For those that /api/kafka/messages cuts.',
      querystring: querySchema,
      response: {
        200: kafkaMessageSchema, 400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' },
        404: { ...errorSchema, description: 'there is no such topic, partition or message' }, ...kafkaFailures,
      },
    },
  }, async ({ query: { topic, partition, offset } }) => {
    const layout = await kafka.layout(topic)
    readPartitions(layout, partition)
    return kafka.message(layout, partition, offset)
  })
}
