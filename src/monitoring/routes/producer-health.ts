import { producersSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerProducerHealth(app: App, { source }: RouteContext): void {
  app.get('/api/producer-health', {
    schema: {
      tags: ['Plant'],
      summary: 'Every producer with its state and rate',
      description: 'Producers that gave a sign of life in the last 7 days.',
      response: { 200: producersSchema, ...failures },
    },
  }, () => source.read('producers'))
}
