import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import { demoSchema, demoSessionSchema } from '../../contract/demo-api.ts'
import { callerOf } from '../access/guard.ts'
import type { App } from '../app.ts'
import type { Demo } from '../demo/demo.ts'
import { changeFailures } from './context.ts'

const SUMMARIES = { kill: 'Kill a service by SIGKILL; it stays dead until it is revived', revive: 'Start a service that was killed' } as const

/** Where there is no demonstration there are none of these paths. */
export function registerDemo(app: App, demo: Demo): void {
  const unreachable = { 503: { ...errorSchema, description: 'who runs the services does not answer, or could not do it, or the database does not answer' } }
  const actFailures = {
    ...changeFailures, ...unreachable,
    401: { ...errorSchema, description: 'nobody has exchanged the token in this browser, and nobody is logged in' },
    403: { ...errorSchema, description: 'the token was not exchanged in this browser, or the request may come from another site' },
    404: { ...errorSchema, description: 'there is no such service, or it may not be killed' },
    409: { ...errorSchema, description: 'it is not in a state for that' },
  }
  const answer = async (request: FastifyRequest, services = demo.services()) => {
    const [may, shown] = await Promise.all([demo.allows(request), services])
    return { may, services: [...shown] }
  }

  app.get('/api/demo', {
    schema: {
      tags: ['Demonstration'],
      summary: 'The services that can be killed and revived here, and whether I may',
      description: 'This and the paths below it are there only in a demonstration (`make all DEMO=1`).',
      response: {
        200: demoSchema, 401: { ...errorSchema, description: 'reading needs a login' }, ...unreachable,
      },
    },
  }, (request) => answer(request))

  app.post('/api/demo/session', {
    schema: {
      tags: ['Demonstration'],
      summary: 'Exchange the token for the right to kill and revive services',
      description: 'The token is good once and for an hour. The right is in a cookie that scripts can\'t read. It ends after 8 hours, and when the '
        + 'system is stopped. It allows nothing else.',
      body: demoSessionSchema,
      response: {
        204: Type.Null({ description: 'this browser may' }),
        ...changeFailures, ...unreachable,
        401: { ...errorSchema, description: 'the token is not known, was used already, or is too old; the error says which' },
        403: { ...errorSchema, description: 'the request may come from another site' },
      },
    },
  }, async (request, reply) => {
    await demo.begin(request.body.token, request, reply)
    return reply.code(204).send(null)
  })

  for (const command of ['kill', 'revive'] as const) {
    app.post(`/api/demo/services/:name/${command}`, {
      schema: {
        tags: ['Demonstration'],
        summary: SUMMARIES[command],
        params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
        response: { 200: demoSchema, ...actFailures },
      },
    }, (request) => answer(request, demo.act(command, request.params.name, request, callerOf(request).account)))
  }
}
