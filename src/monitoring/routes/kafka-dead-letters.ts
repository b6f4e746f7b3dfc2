import { kafkaDeadLettersSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerKafkaDeadLetters(app: App, { deadLetters }: RouteContext): void {
  app.get('/api/kafka/dead-letters', {
    schema: {
      tags: ['Kafka'],
      summary: 'Why messages of the sensor topic were refused, how often, and what became of those that were replayed',
      description: 'From the database, which has them before they are published; at most 2 s old. The messages themselves are in the topic.',
      response: { 200: kafkaDeadLettersSchema, ...failures },
    },
  }, () => deadLetters())
}
