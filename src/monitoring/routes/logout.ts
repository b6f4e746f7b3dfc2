import { Type } from 'typebox'
import { callerOf } from '../access/guard.ts'
import type { SignIn } from '../access/sign-in.ts'
import type { App } from '../app.ts'
import { changeFailures } from './context.ts'

export function registerLogout(app: App, signIn: SignIn): void {
  app.post('/api/logout', {
    schema: {
      tags: ['Access'],
      summary: 'End the session',
      description: 'Everywhere, also where somebody has a copy of the cookie. Without a session it does nothing.',
      response: { 204: Type.Null({ description: 'it is over' }), ...changeFailures },
    },
  }, async (request, reply) => {
    await signIn.logout(callerOf(request), request, reply)
    return reply.code(204).send(null)
  })
}
