import { kafkaTopicsSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { kafkaFailures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerKafkaTopics(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/topics', {
    schema: {
      tags: ['Kafka'],
      summary: 'Every topic with its settings, partitions, offsets and sizes',
      description: 'At most a second old; Kafka\'s own topics come last.',
      response: { 200: kafkaTopicsSchema, ...kafkaFailures },
    },
  }, () => kafka.topics())
}
