import assert from 'node:assert/strict'
import Fastify from 'fastify'
import { test } from 'node:test'
import type { Owner } from '../../../harness/plant.ts'
import { guardRoutes } from '../../../../src/monitoring/access/guard.ts'
import type { App } from '../../../../src/monitoring/app.ts'

function start(owner: Owner): App {
  const app = Fastify() as unknown as App
  owner.after(() => app.close())
  guardRoutes(app, { access: null, untilRead: async () => {}, allowedHosts: ['plant.example'] })
  return app
}

test('a route that is not in the table of who may do what fails the start', async (t) => {
  const app = start(t)
  assert.throws(() => app.post('/api/ledger', () => 'changed'), { message: 'nobody said who may do POST /api/ledger; add it to access/route-table.ts' })
  app.register(async (inner) => { inner.get('/secret', () => 'seen') }, { prefix: '/api' })
  await assert.rejects(Promise.resolve(app.ready()), /nobody said who may do GET \/api\/secret/)
})

test('where nobody can log in everything may be read and nothing changed', async (t) => {
  const app = start(t)
  app.get('/api/ledger', () => 'read')
  app.post('/api/accounts', () => 'changed')
  assert.equal((await app.inject('/api/ledger')).body, 'read')
  const change = { method: 'POST', url: '/api/accounts', headers: { 'x-factory-request': '1' } } as const
  assert.equal((await app.inject(change)).statusCode, 401)
})

test('a request under a name that is not ours is refused, also for what everybody may see', async (t) => {
  const app = start(t)
  app.get('/health', () => 'healthy')
  const ask = async (host: string): Promise<number> => (await app.inject({ url: '/health', headers: { host } })).statusCode
  for (const host of ['localhost:5000', '127.0.0.1:5000', '[::1]:5000', 'plant.example', 'PLANT.example.:5000', 'monitoring:5000']) {
    assert.equal(await ask(host), 200, host)
  }
  for (const host of ['evil.example', 'evil.example:5000', 'plant.example.evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', 'evil.example:5000:80']) {
    assert.equal(await ask(host), 421, host)
  }
})
