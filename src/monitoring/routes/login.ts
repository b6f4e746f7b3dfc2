import { errorSchema } from '../../contract/api.ts'
import { loginSchema, sessionSchema } from '../../contract/access-api.ts'
import type { Access } from '../access/access.ts'
import type { SignIn } from '../access/sign-in.ts'
import type { App } from '../app.ts'
import { changeFailures } from './context.ts'
import { describeSession } from './session.ts'

export function registerLogin(app: App, access: Access, signIn: SignIn): void {
  app.post('/api/login', {
    schema: {
      tags: ['Access'],
      summary: 'Log in by name and password',
      description: 'The session is in a cookie that scripts can\'t read. It ends 15 minutes after the last request, 12 hours after the login, and at '
        + 'the logout. After some failures an account, or an address, has to wait.',
      body: loginSchema,
      response: { 200: sessionSchema, ...changeFailures, 401: { ...errorSchema, description: 'the name or the password is wrong' } },
    },
  }, async (request, reply) => describeSession(access, await signIn.login(request.body, request, reply)))
}
