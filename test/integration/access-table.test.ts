import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ROLES } from '../../src/contract/access-api.ts'
import { ROUTE_ACCESS, mayDo } from '../../src/monitoring/access/route-table.ts'
import { hashOf } from '../../src/monitoring/access/credential-check.ts'
import { replaceDemoToken } from '../../src/postgres/demo-tokens.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { testDatabase } from '../harness/plant.ts'
import { startStage } from '../harness/demo-stage.ts'
import { PASSWORD, UNREACHABLE_PROVIDER, addAccount, startAccess } from './access-client.ts'
import type { AccessClient, Question } from './access-client.ts'
import { openPool } from './monitoring-client.ts'

// The table of roles and routes, asked of the real service.

const owner = fileOwner()

describe('the table of roles and routes', () => {
  let api: AccessClient
  const cookies = new Map<string, string>()
  let holder: string | undefined

  before(async () => {
    const { databaseUrl } = await testDatabase(owner)
    const db = openPool(owner, databaseUrl)
    for (const role of ROLES) await addAccount(db, role, role)
    // A provider and a demonstration have routes of their own. Behind a proxy, so that who asks isn't one for the limit of changes a minute.
    api = await startAccess(owner, databaseUrl, { trustedProxies: ['127.0.0.1'], oidc: UNREACHABLE_PROVIDER, demoSocket: (await startStage(owner)).socket })
    for (const role of ROLES) cookies.set(role, await api.login(role))
    await replaceDemoToken(db, hashOf('token'))
    holder = (await api.ask('POST', '/api/demo/session', { body: { token: 'token' } })).cookie
    assert.ok(holder !== undefined)
  })

  for (const [route, least] of Object.entries(ROUTE_ACCESS)) {
    test(`${route} is for ${least}`, async () => {
      const [method = '', path = ''] = route.split(' ')
      for (const role of [null, ...ROLES]) {
        // Each logout needs a session of its own.
        const cookie = role === null ? undefined : route === 'POST /api/logout' ? await api.login(role) : cookies.get(role)
        const { status, body } = await api.ask(method, exampleOf(path), { cookie, ...bodyOf(route), ...fromOf(role ?? 'nobody') })
        const said = `${role ?? 'anonymous'}: ${status} ${JSON.stringify(body).slice(0, 100)}`
        if (mayDo(role, least)) assert.ok(![401, 403].includes(status), said)
        else assert.equal(status, role === null ? 401 : 403, said)
      }
      const { status } = await api.ask(method, exampleOf(path), { cookie: holder, ...bodyOf(route), ...fromOf('holder') })
      assert.equal(status !== 401, least === 'demo' || mayDo(null, least), `the holder of the demonstration's token: ${status}`)
    })
  }
})

/** Each has an address. */
function fromOf(name: string): Question {
  return { headers: { 'x-forwarded-for': `192.0.2.${1 + ['nobody', 'holder', ...ROLES].indexOf(name)}` } }
}

/** A path of the route; what it names needn't exist. */
function exampleOf(path: string): string {
  const filled = path.replace(':name', 'nobody').replace(':id', '1').replace('*', 'icons/nothing.svg')
  return path === '/api/kafka/tail' ? `${filled}?topic=x` : filled
}

function bodyOf(route: string): Question {
  if (route === 'POST /api/login') return { body: { name: 'viewer', password: PASSWORD } }
  if (route === 'PATCH /api/accounts/:name') return { body: { disabled: true } }
  return ['POST /api/accounts', 'POST /api/tokens', 'POST /api/demo/session'].includes(route) ? { body: {} } : {}
}
