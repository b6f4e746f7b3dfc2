import { healthySchema, unhealthySchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { UnavailableError } from '../poller.ts'
import type { RouteContext } from './context.ts'

export function registerHealth(app: App, { source }: RouteContext): void {
  app.get('/health', {
    schema: {
      tags: ['Service'],
      summary: 'Whether the service can do its work',
      description: 'For probes: asks the database before it answers.',
      response: { 200: healthySchema, 503: unhealthySchema },
    },
  }, async (_request, reply) => {
    try {
      await source.check()
      return { status: 'healthy' as const }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return reply.code(503).send({ status: 'unhealthy', reason: error.message })
    }
  })
}
