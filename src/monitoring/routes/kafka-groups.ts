import { kafkaGroupsSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { kafkaFailures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerKafkaGroups(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/groups', {
    schema: {
      tags: ['Kafka'],
      summary: 'Every consumer group with its members, and its lag per partition',
      description: "At most a second old. The plant's own consumers commit to Kafka only as a hint, every few seconds: how far they are is in "
        + '/api/partition-assignment.',
      response: { 200: kafkaGroupsSchema, ...kafkaFailures },
    },
  }, () => kafka.groups())
}
