import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { openTailViewer } from '../tail-viewer.ts'
import { readCursor, readPartitions } from '../message-question.ts'
import { kafkaFailures, partitionQuery, searchQuery, topicQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const querySchema = Type.Object({
  topic: topicQuery,
  partition: Type.Optional(partitionQuery),
  search: Type.Optional(searchQuery),
  after: Type.Optional(Type.String({ maxLength: 2_000, description: '`newer` of an answer: begin there, instead of with what comes from now on' })),
}, { additionalProperties: false })

export function registerKafkaTail(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/tail', {
    // A HEAD would wait for an end that never comes.
    exposeHeadRoute: false,
    schema: {
      tags: ['Kafka'],
      summary: 'What is added to a topic, as server-sent events',
      description: '`event: messages` has `{messages, skipped, newer}`, with messages as /api/kafka/messages tells them, oldest first; what comes too fast '
        + 'is skipped and counted. `event: trouble` has `{error}` while a partition can\'t be read. `event: heartbeat` comes every few seconds.',
      querystring: querySchema,
      response: {
        200: { description: 'text/event-stream, without an end', content: { 'text/event-stream': { schema: Type.String() } } },
        400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' },
        404: { ...errorSchema, description: 'there is no such topic or partition' }, ...kafkaFailures,
      },
    },
  }, async ({ query }, reply) => {
    const layout = await kafka.layout(query.topic)
    const { topic, partition = null, search = null } = query
    readPartitions(layout, partition)
    const after = query.after === undefined ? null : readCursor(layout, 'after', query.after)
    const gone = new AbortController()
    try {
      await kafka.follow({ topic, partition, search, after }, () => {
        reply.hijack()
        return openTailViewer(reply.raw, gone)
      }, gone.signal)
    } finally {
      // What failed in the middle can't be answered any more.
      if (reply.raw.headersSent) reply.raw.destroy()
    }
  })
}
