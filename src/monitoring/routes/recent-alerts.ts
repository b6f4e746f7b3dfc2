import { recentAlertsSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerRecentAlerts(app: App, { source }: RouteContext): void {
  app.get('/api/recent-alerts', {
    schema: {
      tags: ['Plant'],
      summary: 'The latest alerts',
      description: 'Of the last 2 hours, newest first, 50 at most.',
      response: { 200: recentAlertsSchema, ...failures },
    },
  }, () => source.read('alerts'))
}
