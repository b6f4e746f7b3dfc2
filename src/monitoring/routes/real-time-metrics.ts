import { realTimeMetricsSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerRealTimeMetrics(app: App, { source }: RouteContext): void {
  app.get('/api/real-time-metrics', {
    schema: {
      tags: ['Plant'],
      summary: 'Throughput of the last 10 minutes',
      description: 'Values are messages a minute.',
      response: { 200: realTimeMetricsSchema, ...failures },
    },
  }, () => source.read('metrics'))
}
