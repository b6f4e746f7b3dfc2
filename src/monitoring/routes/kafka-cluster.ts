import { kafkaClusterSchema } from '../../contract/kafka-api.ts'
import type { App } from '../app.ts'
import { kafkaFailures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerKafkaCluster(app: App, { kafka }: RouteContext): void {
  app.get('/api/kafka/cluster', {
    schema: {
      tags: ['Kafka'],
      summary: 'The brokers and the controller, and whether all is well',
      description: 'As the cluster tells it, at most a second old. A broker that is down is known by the replicas that are assigned to it.',
      response: { 200: kafkaClusterSchema, ...kafkaFailures },
    },
  }, () => kafka.cluster())
}
