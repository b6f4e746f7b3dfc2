import { systemStatusSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerSystemStatus(app: App, { source }: RouteContext): void {
  app.get('/api/system-status', {
    schema: {
      tags: ['Plant'],
      summary: 'How many components live, and the latest rebalances',
      description: 'A component counts as known for 7 days after its last heartbeat, as long as the topics keep readings.',
      response: { 200: systemStatusSchema, ...failures },
    },
  }, () => source.read('status'))
}
