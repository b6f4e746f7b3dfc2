import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { STREAM_SECTIONS } from '../../contract/stream.ts'
import type { App } from '../app.ts'
import { UnavailableError } from '../poller.ts'
import { SECURITY_HEADERS } from '../security-headers.ts'
import type { RouteContext } from './context.ts'

export function registerStream(app: App, { source, stream }: RouteContext): void {
  app.get('/api/stream', {
    // A HEAD would wait for an end that never comes.
    exposeHeadRoute: false,
    schema: {
      tags: ['Plant'],
      summary: 'Every change, as server-sent events',
      description: `One event per section (${STREAM_SECTIONS.join(', ')}): all of them after the connect, then each whenever it changed, `
        + 'with the JSON that its path answers. `event: heartbeat` comes every few seconds.',
      response: {
        200: { description: 'text/event-stream, without an end', content: { 'text/event-stream': { schema: Type.String() } } },
        503: { ...errorSchema, description: 'too many listeners' },
      },
    },
  }, (_request, reply) => {
    if (!stream.connect(reply.raw, SECURITY_HEADERS)) throw new UnavailableError('too many listen already')
    source.watch()
    reply.hijack()
  })
}
