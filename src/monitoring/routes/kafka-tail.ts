import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { openTailViewer } from '../tail-viewer.ts'
import { readPartitions } from '../message-question.ts'
import { kafkaFailures, partitionQuery, searchQuery, topicQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const querySchema = Type.Object({
  topic: topicQuery,
  partition: Type.Optional(partitionQuery),
  search: Type.Optional(searchQuery),
}, { additionalProperties: false })

export function registerKafkaTail(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/tail', {
    // A HEAD would wait for an end that never comes.
    exposeHeadRoute: false,
    schema: {
      tags: ['Kafka'],
      summary: 'What is added to a topic, as server-sent events',
      description: '`event: messages` has `{messages, skipped}`, with messages as /api/kafka/messages tells them, oldest first; what comes too fast '
        + 'is skipped and counted. `event: trouble` has `{error}` while a partition can\'t be read. `event: heartbeat` comes every few seconds.',
      querystring: querySchema,
      response: {
        200: { description: 'text/event-stream, without an end', content: { 'text/event-stream': { schema: Type.String() } } },
        400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' },
        404: { ...errorSchema, description: 'there is no such topic or partition' }, ...kafkaFailures,
      },
    },
  }, async ({ query }, reply) => {
    const partition = query.partition ?? null
    readPartitions(await kafka.layout(query.topic), partition)
    const gone = new AbortController()
    try {
      await kafka.follow({ topic: query.topic, partition, search: query.search ?? null }, () => {
        reply.hijack()
        return openTailViewer(reply.raw, gone)
      }, gone.signal)
    } finally {
      // What failed in the middle can't be answered any more.
      if (reply.raw.headersSent) reply.raw.destroy()
    }
  })
}
