import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROUTE_ACCESS, lesser, mayDo, routeName } from '../../../../src/monitoring/access/route-table.ts'

test('each role may do what those before it may', () => {
  const may = (role: Parameters<typeof mayDo>[0]): boolean[] => (['everybody', 'viewer', 'operator', 'admin', 'demo'] as const).map((least) => mayDo(role, least))
  assert.deepEqual(may(null), [true, false, false, false, false])
  assert.deepEqual(may('viewer'), [true, true, false, false, false])
  assert.deepEqual(may('operator'), [true, true, true, false, false])
  // The demonstration is for whoever has its token, and for no role.
  assert.deepEqual(may('admin'), [true, true, true, true, false])
})

test('the lesser of two roles, and the name of a route', () => {
  assert.deepEqual([lesser('admin', 'viewer'), lesser('viewer', 'admin'), lesser('operator', 'operator')], ['viewer', 'viewer', 'operator'])
  assert.deepEqual([routeName('HEAD', '/x'), routeName('POST', '/x')], ['GET /x', 'POST /x'])
})

test('figures need a viewer, and changes more than that', () => {
  const about = new Set([
    'GET /api/session', 'POST /api/login', 'GET /api/login/oidc', 'GET /api/login/oidc/callback', 'POST /api/logout', 'POST /api/demo/session',
  ])
  for (const [route, least] of Object.entries(ROUTE_ACCESS).filter(([name]) => !about.has(name))) {
    if (!route.startsWith('GET ')) assert.ok(!mayDo('viewer', least), route)
    else if (route.startsWith('GET /api/')) assert.ok(!mayDo(null, least), route)
  }
})
