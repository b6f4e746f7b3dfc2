import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ROLES } from '../../src/contract/access-api.ts'
import type { Role } from '../../src/contract/access-api.ts'
import { ROUTE_ACCESS, mayDo } from '../../src/monitoring/access/route-table.ts'
import { startStage } from '../harness/demo-stage.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { testPlant } from '../harness/plant.ts'
import { runSchemathesis } from '../schemathesis/run.ts'
import { UNREACHABLE_PROVIDER, addAccount, startAccess } from './access-client.ts'
import type { AccessClient } from './access-client.ts'
import { openPool } from './monitoring-client.ts'

// The whole description of the API, tried by a program that doesn't know us: https://schemathesis.readthedocs.io

const owner = fileOwner()
/** They have no end, which it would wait for. Who may listen is in access-table.test.ts. */
const STREAMS = ['/api/stream', '/api/kafka/tail']
const EXAMPLES = 8
/** Between nobody and an admin, roles only make a difference to what is refused. */
const THOROUGH = new Set<Role | null>([null, 'admin'])

describe('every path of the description, asked with values that fit and values that don\'t', () => {
  let api: AccessClient
  const tokens = new Map<string, string>()
  const keep = ['root']
  let described: string[] = []

  before(async () => {
    const plant = await testPlant(owner)
    const db = openPool(owner, plant.databaseUrl)
    await addAccount(db, 'root', 'admin')
    api = await startAccess(owner, plant.databaseUrl, {
      brokers: plant.brokers, sensorTopic: plant.topics.sensor, alertTopic: plant.topics.alerts, trustedProxies: ['127.0.0.1'],
      // They have paths of their own.
      oidc: UNREACHABLE_PROVIDER, demoSocket: (await startStage(owner)).socket,
    })
    const cookie = await api.login('root')
    for (const role of ROLES) {
      const { body } = await api.ask('POST', '/api/tokens', { cookie, body: { name: role, role, days: 1 } })
      const { id, token } = body as { id: number, token: string }
      tokens.set(role, token)
      keep.push(String(id))
    }
  })
  before(async () => {
    const { body } = await api.ask('GET', '/openapi.json')
    const { paths } = body as { paths: Record<string, Record<string, unknown>> }
    described = Object.entries(paths).filter(([path]) => !STREAMS.includes(path))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`))
    assert.ok(described.length > 20)
  })

  for (const role of [null, ...ROLES]) {
    test(`as ${role ?? 'nobody'}: no error of ours, no answer but as described, and nothing beyond the table of roles and routes`, async (t) => {
      const token = tokens.get(role ?? '')
      const headers = token === undefined ? { 'x-factory-request': '1' } : { authorization: `Bearer ${token}` }
      const { exchanges, report } = await runSchemathesis(api.url, {
        headers, keep, exclude: STREAMS, examples: EXAMPLES, thorough: THOROUGH.has(role), signal: t.signal,
      })
      assert.equal(report, '')
      const passed = new Set<string>()
      for (const { method, path, status } of exchanges) {
        const route = routeOf(method, path)
        const said = `${method} ${path} as ${role}: ${status}`
        assert.ok(status < 500, said)
        if (route === undefined) continue
        const least = ROUTE_ACCESS[route] ?? 'admin'
        if (mayDo(role, least)) passed.add(route)
        else assert.equal(status, role === null ? 401 : 403, said)
      }
      t.diagnostic(`${exchanges.length} requests, ${passed.size} routes that this role may use`)
      // It asked all there is, and was who it should be until the end.
      assert.deepEqual([...passed].toSorted(), described.filter((route) => mayDo(role, ROUTE_ACCESS[route] ?? 'admin')).toSorted())
      const session = await api.ask('GET', '/api/session', token === undefined ? {} : { token })
      assert.equal((session.body as { role: unknown }).role, role)
    })
  }
})

/** The route that answers, as it is named in the table; undefined: none of these, or an empty part where a name belongs. */
function routeOf(method: string, path: string): string | undefined {
  return Object.keys(ROUTE_ACCESS).find((route) => {
    const [verb, pattern = ''] = route.split(' ')
    return verb === method && !pattern.includes('*') && new RegExp(`^${pattern.replaceAll(/:[^/]+/g, '[^/]+')}$`).test(path)
  })
}
