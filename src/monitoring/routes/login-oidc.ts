import { Type } from 'typebox'
import { SIGN_ON_PROBLEMS } from '../../contract/access-api.ts'
import { CALLBACK_PATH, START_PATH } from '../access/oidc-config.ts'
import type { SignOn } from '../access/sign-on.ts'
import type { App } from '../app.ts'

const PROBLEMS = `else back to the page, with \`?login=\` and why not: ${SIGN_ON_PROBLEMS.join(', ')}`

export function registerLoginOidc(app: App, signOn: SignOn): void {
  // HEAD would use up what the provider sends.
  app.get(START_PATH, {
    exposeHeadRoute: false,
    schema: {
      tags: ['Access'],
      summary: 'Log in by the provider of OpenID Connect',
      description: 'For a browser. From an address it is answered 120 times a minute, together with the callback.',
      querystring: Type.Object({
        to: Type.Optional(Type.String({ description: 'page to come back to, `/kafka`; others than those here lead to `/`' })),
      }),
      response: { 302: Type.Null({ description: `to the provider; ${PROBLEMS}` }) },
    },
  }, async (request, reply) => reply.redirect(await signOn.start(request.query.to, request, reply)))

  app.get(CALLBACK_PATH, {
    exposeHeadRoute: false,
    schema: {
      tags: ['Access'],
      summary: 'Come back from the provider of OpenID Connect',
      description: 'The provider sends the browser here. It makes the account at the first login, and renews its role at each.',
      querystring: Type.Object({
        code: Type.Optional(Type.String()), state: Type.Optional(Type.String()), error: Type.Optional(Type.String()),
      }, { additionalProperties: true }),
      response: { 302: Type.Null({ description: `to the page, logged in; ${PROBLEMS}` }) },
    },
  }, async (request, reply) => reply.redirect(await signOn.finish(request, reply)))
}
