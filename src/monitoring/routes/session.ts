import { sessionSchema } from '../../contract/access-api.ts'
import type { Session } from '../../contract/access-api.ts'
import type { Access, Caller } from '../access/access.ts'
import { callerOf } from '../access/guard.ts'
import { mayDo } from '../access/route-table.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'

export function registerSession(app: App, access: Access): void {
  app.get('/api/session', {
    schema: {
      tags: ['Access'],
      summary: 'Who I am, and what I may do',
      description: 'For everybody. It counts as a sign of life of the session.',
      response: { 200: sessionSchema, ...failures },
    },
  }, (request) => describeSession(access, callerOf(request)))
}

export function describeSession({ accountsExist, demo, singleSignOn }: Access, { account, role, endsAtMs }: Caller): Session {
  return {
    account, role: account === null ? null : role, accounts: accountsExist, demo, single_sign_on: singleSignOn,
    ends_at: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
    may: { read: mayDo(role, 'viewer'), operate: mayDo(role, 'operator'), administer: mayDo(role, 'admin') },
  }
}
