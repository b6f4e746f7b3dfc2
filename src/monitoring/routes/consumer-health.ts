import { consumersSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerConsumerHealth(app: App, { source }: RouteContext): void {
  app.get('/api/consumer-health', {
    schema: {
      tags: ['Plant'],
      summary: 'Every consumer with its state, partitions and rate',
      description: 'Consumers that gave a sign of life in the last 7 days.',
      response: { 200: consumersSchema, ...failures },
    },
  }, () => source.read('consumers'))
}
