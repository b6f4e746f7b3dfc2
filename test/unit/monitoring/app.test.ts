import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { defaultCalendar } from '../../../src/calendar/calendar.ts'
import type { TopicLayout } from '../../../src/kafka/topology.ts'
import { createApp } from '../../../src/monitoring/app.ts'
import type { App } from '../../../src/monitoring/app.ts'
import { UnavailableError } from '../../../src/monitoring/poller.ts'
import { RequestError } from '../../../src/monitoring/request-error.ts'
import type { RouteContext } from '../../../src/monitoring/routes/context.ts'
import { createStream } from '../../../src/monitoring/stream.ts'
import { createLog } from '../../../src/runtime/log.ts'
import type { Owner } from '../../harness/plant.ts'

const UP: RouteContext['source'] = { read: async () => [] as never, check: async () => {}, watch: () => {} }
const down = (): never => { throw new UnavailableError('PostgreSQL: connect ECONNREFUSED 127.0.0.1:5432') }
const DOWN: RouteContext['source'] = { read: async () => down(), check: async () => down(), watch: () => {} }
const BROKEN: RouteContext['source'] = {
  read: async () => { throw new Error('select secret from table') }, check: async () => { throw new Error('select secret from table') }, watch: () => {},
}

const LAYOUT: TopicLayout = {
  topic: 'plant', topicId: 'id', internal: false, partitions: [0, 1].map((partition) => ({ partition, leader: 1, replicas: [1], inSyncReplicas: [1] })),
}
const away = (): never => { throw new UnavailableError('Kafka: Connection to 127.0.0.1:1 failed') }
const ALARMS: Pick<RouteContext, 'alarms' | 'whatIf' | 'calendar'> = {
  alarms: { list: async () => down(), one: async () => down(), scorecard: async () => down(), settings: async () => down() },
  whatIf: async () => down(), calendar: defaultCalendar(),
}
const HISTORY: Pick<RouteContext, 'sensors' | 'history' | 'exporter'> = {
  sensors: { inService: async () => [], all: async () => [], one: async () => down(), row: async () => down() }, history: async () => down(), exporter: { run: async () => down() },
}
/** One that knows a topic, and then doesn't answer. */
const KAFKA: Pick<RouteContext, 'kafka' | 'deadLetters'> = {
  kafka: {
    cluster: async () => away(), topics: async () => away(), groups: async () => away(), messages: async () => away(), message: async () => away(),
    follow: async () => away(),
    layout: async (topic) => {
      if (topic === LAYOUT.topic) return LAYOUT
      throw new RequestError(404, `there is no topic "${topic}"`)
    },
  },
  deadLetters: async () => down(),
}
const KAFKA_PATHS = ['cluster', 'topics', 'groups', 'messages', 'message', 'tail', 'dead-letters'].map((name) => `/api/kafka/${name}`)

const ALARM_PATHS = ['alarms', 'alarms/{id}', 'alarm-scorecard', 'alarm-settings', 'calendar'].map((name) => `/api/${name}`)
const HISTORY_PATHS = ['sensors', 'sensors/{id}', 'sensors/{id}/history', 'machines', 'export'].map((name) => `/api/${name}`)
const PATHS = ['system-status', 'consumer-health', 'producer-health', 'partition-assignment', 'real-time-metrics', 'recent-alerts', 'ledger'].map((name) => `/api/${name}`)

async function start(owner: Owner, source = UP, { maxClients = 10, built = true } = {}): Promise<App> {
  const dir = mkdtempSync(join(tmpdir(), 'monitoring-app-'))
  const stream = createStream({ maxClients })
  if (built) {
    mkdirSync(join(dir, 'assets'))
    writeFileSync(join(dir, 'index.html'), '<!doctype html><title>the page</title>')
    writeFileSync(join(dir, 'assets/main-abc123.js'), 'export {}')
  }
  const app = await createApp({ log: createLog('test', 'silent'), source, stream, ...KAFKA, ...HISTORY, ...ALARMS, sensorTopic: 'plant', dashboardDir: dir })
  owner.after(async () => {
    stream.close()
    await app.close()
    rmSync(dir, { recursive: true })
  })
  return app
}

describe('errors', () => {
  test('are {error} with 404 for a path that is not there, and 405 for a method that is not', async (t) => {
    const app = await start(t)
    const missing = await app.inject('/api/nothing?x=1')
    assert.deepEqual([missing.statusCode, missing.json()], [404, { error: 'nothing is at /api/nothing' }])
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
      const refused = await app.inject({ method, url: '/api/ledger' })
      assert.deepEqual([refused.statusCode, refused.headers['allow']], [405, 'GET, HEAD'])
      assert.deepEqual(refused.json(), { error: `${method} is not allowed here; use GET` })
    }
    assert.equal((await app.inject({ method: 'POST', url: '/nothing' })).statusCode, 404)
    const stream = await app.inject({ method: 'HEAD', url: '/api/stream' })
    assert.deepEqual([stream.statusCode, stream.headers['allow']], [405, 'GET'])
  })

  test('of broken addresses and bodies are 4xx and say why', async (t) => {
    const app = await start(t)
    for (const url of ['/%zz', '/../../etc/passwd%00', `/${'x'.repeat(5_000)}`]) {
      const answer = await app.inject(url)
      assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${url.slice(0, 20)} gave ${answer.statusCode}`)
      assert.equal(typeof answer.json<{ error: unknown }>().error, 'string')
    }
    const large = await app.inject({ method: 'POST', url: '/api/ledger', headers: { 'content-type': 'application/json' }, payload: JSON.stringify('x'.repeat(100_000)) })
    assert.ok([405, 413].includes(large.statusCode), `${large.statusCode}`)
  })

  test('of the inside are hidden', async (t) => {
    const app = await start(t, BROKEN)
    for (const url of [...PATHS, '/health']) {
      const answer = await app.inject(url)
      assert.deepEqual([answer.statusCode, answer.json()], [500, { error: 'internal error; the log has the details' }])
    }
  })

  test('are 503 with the reason while the database is down', async (t) => {
    const app = await start(t, DOWN)
    for (const url of PATHS) {
      const answer = await app.inject(url)
      assert.deepEqual([answer.statusCode, answer.json()], [503, { error: 'PostgreSQL: connect ECONNREFUSED 127.0.0.1:5432' }])
    }
    const health = await app.inject('/health')
    assert.deepEqual([health.statusCode, health.json()], [503, { status: 'unhealthy', reason: 'PostgreSQL: connect ECONNREFUSED 127.0.0.1:5432' }])
  })

  test('of what is not HTTP are JSON too', async (t) => {
    const app = await start(t)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const ask = async (bytes: string): Promise<string> => {
      const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
      socket.end(bytes)
      return (await socket.setEncoding('utf8').toArray()).join('')
    }
    assert.match(await ask('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\n\{"error":"this is not a valid HTTP request"\}$/)
    assert.match(await ask(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`), /^HTTP\/1\.1 431 [^]*\{"error":"the headers are too large"\}$/)
  })
})

describe('the paths of Kafka', () => {
  const errorOf = async (owner: Owner, query: string): Promise<[number, unknown]> => {
    const answer = await (await start(owner)).inject(`/api/kafka/${query}`)
    return [answer.statusCode, answer.json<{ error: unknown }>().error]
  }

  test('are 503 with the reason while Kafka does not answer', async (t) => {
    const reason = 'Kafka: Connection to 127.0.0.1:1 failed'
    for (const query of ['cluster', 'topics', 'groups', 'messages?topic=plant', 'message?topic=plant&partition=0&offset=1', 'tail?topic=plant']) {
      assert.deepEqual(await errorOf(t, query), [503, reason], query)
    }
  })

  test('say what is wrong with a parameter, and what is allowed', async (t) => {
    const cases: readonly (readonly [query: string, status: number, error: string])[] = [
      ['messages', 400, 'the parameter topic is missing'],
      ['messages?topic=plant&limit=501', 400, 'limit must be <= 500'],
      ['messages?topic=plant&limit=0', 400, 'limit must be >= 1'],
      ['messages?topic=plant&offset=x&partition=0', 400, 'offset must be integer'],
      ['messages?topic=plant&time=yesterday', 400, 'time must match format "date-time"'],
      ['messages?topic=plant&time=2016-12-31T23:59:60Z', 400, 'time must be ISO 8601, such as 2026-01-31T12:00:00Z'],
      ['messages?topic=plant&partion=0', 400, 'there is no parameter "partion" here'],
      ['messages?topic=plant&offset=1', 400, 'offset needs partition, one of 0, 1'],
      ['messages?topic=plant&last=1&limit=1', 400, 'last is a limit itself; leave limit out'],
      ['messages?topic=plant&last=1&offset=1', 400, 'last and offset exclude each other; give one of last, offset, time, after, before'],
      ['messages?topic=plant&after=0', 400, 'after must be partitions with offsets, such as 0:120,1:33'],
      ['messages?topic=plant&before=0:1,2:1', 404, 'plant has no partition 2; it has 0, 1'],
      ['messages?topic=plant&partition=2', 404, 'plant has no partition 2; it has 0, 1'],
      ['messages?topic=nothing', 404, 'there is no topic "nothing"'],
      ['message?topic=plant&partition=0', 400, 'the parameter offset is missing'],
      ['message?topic=plant&partition=5&offset=1', 404, 'plant has no partition 5; it has 0, 1'],
      ['tail?topic=plant&partition=2', 404, 'plant has no partition 2; it has 0, 1'],
      [`tail?topic=plant&search=${'x'.repeat(201)}`, 400, 'search must NOT have more than 200 characters'],
    ]
    for (const [query, status, error] of cases) assert.deepEqual(await errorOf(t, query), [status, error], query)
  })
})

describe('every answer', () => {
  test('forbids scripts and frames from elsewhere, and is not kept', async (t) => {
    const app = await start(t)
    for (const url of ['/', '/api/consumer-health', '/health', '/nothing', '/openapi.json']) {
      const { headers } = await app.inject(url)
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/, url)
      assert.doesNotMatch(policy, /unsafe/, url)
      assert.equal(headers['x-content-type-options'], 'nosniff', url)
      assert.equal(headers['x-frame-options'], 'DENY', url)
      if (url !== '/') assert.equal(headers['cache-control'], 'no-store', url)
    }
  })
})

describe('the page', () => {
  test('is served with its files: the hashed ones for ever, the others asked for again', async (t) => {
    const app = await start(t)
    const page = await app.inject('/')
    assert.match(page.body, /the page/)
    assert.deepEqual([page.headers['content-type'], page.headers['cache-control']], ['text/html; charset=utf-8', 'no-cache'])
    const script = await app.inject('/assets/main-abc123.js')
    assert.deepEqual([script.statusCode, script.headers['cache-control']], [200, 'public, max-age=31536000, immutable'])
    assert.equal((await app.inject('/assets/other.js')).statusCode, 404)
    assert.equal((await app.inject('/assets/')).statusCode, 403)
  })

  test('that is not built says how to build it', async (t) => {
    const answer = await (await start(t, UP, { built: false })).inject('/')
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, /npm run build/)
  })
})

test('without a demonstration there are no paths of it', async (t) => {
  const app = await start(t)
  const headers = { 'x-factory-request': '1' }
  assert.equal((await app.inject('/api/demo')).statusCode, 404)
  for (const path of ['session', 'services/consumer-1/kill', 'services/consumer-1/revive']) {
    assert.equal((await app.inject({ method: 'POST', url: `/api/demo/${path}`, headers })).statusCode, 404, path)
  }
})

describe('the description', () => {
  test('names every path with its schema', async (t) => {
    const description = (await (await start(t)).inject('/openapi.json')).json<{ openapi: string, paths: Record<string, { get: { summary: string, responses: Record<string, unknown> } }> }>()
    assert.match(description.openapi, /^3\.1/)
    assert.deepEqual(Object.keys(description.paths).sort(), [...PATHS, ...KAFKA_PATHS, ...HISTORY_PATHS, ...ALARM_PATHS, '/api/stream', '/health'].sort())
    for (const [path, { get }] of Object.entries(description.paths)) {
      assert.ok(get.summary.length > 10, path)
      assert.ok('200' in get.responses && '503' in get.responses, path)
    }
  })

  test('has a page whose scripts and styles come from here alone', async (t) => {
    const app = await start(t)
    const page = await app.inject('/docs')
    assert.equal(page.statusCode, 200)
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string)
    assert.ok(files.length >= 4)
    for (const file of files) assert.equal((await app.inject(file)).statusCode, 200, file)
    assert.deepEqual((await app.inject('/docs/json')).json(), (await app.inject('/openapi.json')).json())
    assert.match(String(page.headers['content-security-policy']), /script-src 'self';/)
  })
})

describe('the stream', () => {
  test('refuses what it can not serve with 503', async (t) => {
    const answer = await (await start(t, UP, { maxClients: 0 })).inject('/api/stream')
    assert.deepEqual([answer.statusCode, answer.json()], [503, { error: 'too many listen already' }])
  })
})
