// Starts a whole system, and kills parts of it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { PartitionAssignment, SystemStatus } from '../../src/contract/api.ts'
import type { Demo, DemoService } from '../../src/contract/demo-api.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { eventually } from '../harness/eventually.ts'
import { localSystem } from './local-system.ts'

const { home, monitoringPort, postgresPort, run } = await localSystem()
const URL = `http://127.0.0.1:${monitoringPort}`
const CHANGE = { 'x-factory-request': '1' }
const ALL = ['kafka1', 'kafka2', 'kafka3', 'postgres', 'temperature-sensor', 'vibration-sensor', 'energy-sensor', 'consumer-1', 'consumer-2', 'consumer-3']
const TOKEN = /^fmd_[\w-]{43}$/
let token = ''
let cookie = ''

describe('a demonstration on a local run', { concurrency: false }, () => {
  test('is refused on an address that others reach', async () => {
    const { code, stderr } = await run('up', { DEMO: '1', MONITORING_HOST: '0.0.0.0' })
    assert.equal(code, 1)
    assert.match(stderr, /^DEMO=1 and MONITORING_HOST=0\.0\.0\.0: whoever listens on the network could kill services; show it on 127\.0\.0\.1/)
  })

  test('make all DEMO=1 prints a token once, and keeps only its hash', async (t) => {
    const began = Date.now()
    const { code, stdout, stderr } = await run('up', { DEMO: '1' })
    assert.deepEqual([code, stderr], [0, ''])
    t.diagnostic(`started in ${((Date.now() - began) / 1000).toFixed(1)} s`)
    token = /^ {2}Demo token +(\S+)$/m.exec(stdout)?.[1] ?? ''
    assert.match(token, TOKEN)
    assert.ok(stdout.includes(`  Demo        ${URL}/#demo=${token}\n`), stdout)
    assert.match(stdout, /This is a demonstration, until make stop/)
    for (const name of readdirSync(join(home, 'logs'))) assert.ok(!readFileSync(join(home, 'logs', name), 'utf8').includes(token), name)
    const [stored] = await query<{ length: number, used: boolean }>('select octet_length(token_hash) as length, used_at is not null as used from demo_token')
    assert.deepEqual(stored, { length: 32, used: false })
  })

  test('lists what can be killed to everybody, who may not', async () => {
    const { status, body } = await ask('GET', '/api/demo')
    assert.equal(status, 200)
    assert.deepEqual(body, { may: false, services: ALL.map((name) => ({ name, state: 'running' })) })
    assert.equal((await (await fetch(`${URL}/api/session`)).json() as { demo: boolean }).demo, true)
    assert.equal((await act('consumer-1', 'kill', '')).status, 401)
    assert.equal((await act('consumer-1', 'kill', 'factory_demo=e30.AAAA')).status, 401)
    assert.deepEqual(stateOf((await ask('GET', '/api/demo')).body, 'consumer-1'), 'running')
  })

  test('the token is exchanged once, by a request of the page alone', async () => {
    assert.equal((await exchange(token, {})).status, 403)
    const wrong = await exchange(`${token.slice(0, -1)}!`)
    assert.deepEqual([wrong.status, wrong.body], [401, { error: 'this token is not known, or a newer one has replaced it; make all DEMO=1 prints a new one' }])
    const [first, second] = await Promise.all([exchange(token), exchange(token)])
    const [done, refused] = first.status === 204 ? [first, second] : [second, first]
    assert.equal(done.status, 204)
    assert.match(done.setCookie, /^factory_demo=[\w.-]+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/)
    assert.deepEqual([refused.status, refused.body, refused.setCookie], [401, { error: 'this token was used already; make all DEMO=1 prints a new one' }, ''])
    cookie = done.setCookie.split(';')[0] ?? ''
    assert.equal((await ask('GET', '/api/demo', { cookie })).body?.may, true)
    // And nothing else: neither reading more, nor a role.
    const session = await (await fetch(`${URL}/api/session`, { headers: { cookie } })).json() as { role: unknown, may: unknown }
    assert.deepEqual([session.role, session.may], [null, { read: true, operate: false, administer: false }])
    assert.equal((await fetch(`${URL}/api/audit`, { headers: { cookie } })).status, 401)
    const asSession = await fetch(`${URL}/api/session`, { headers: { cookie: cookie.replace('factory_demo', 'factory_session') } })
    assert.equal((await asSession.json() as { account: unknown }).account, null, 'it is no session')
    assert.equal((await act('consumer-1', 'kill', cookie, {})).status, 403, 'without the header')
    assert.equal((await act('consumer-1', 'kill', cookie, { ...CHANGE, 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.deepEqual(outcomes(await act('monitoring', 'kill')), [404, 'the monitoring service is needed to revive others, so it can not be killed'])
    assert.deepEqual(outcomes(await act('consumer-1', 'revive')), [409, 'consumer-1 is running, so it can not be revived'])
  })

  test('kills a consumer, whose partition moves, and revives it', async (t) => {
    const before = await eventually(owners, (found) => new Set(found).size === 3 && !found.includes(null), 20_000)
    assert.ok(before.includes('consumer-001'), before.join(', '))
    const began = Date.now()
    const killed = await act('consumer-1', 'kill')
    assert.deepEqual([killed.status, stateOf(killed.body, 'consumer-1'), killed.body?.may], [200, 'killed', true])
    const moved = await eventually(owners, (found) => found.every((owner) => owner !== null && owner !== 'consumer-001'), 10_000)
    assert.ok(!moved.includes('consumer-001') && !moved.includes(null), moved.join(', '))
    t.diagnostic(`the partition moved after ${((Date.now() - began) / 1000).toFixed(1)} s`)
    assert.equal(await eventually(activeConsumers, (count) => count === 2, 10_000), 2)
    assert.deepEqual(outcomes(await act('consumer-1', 'kill')), [409, 'consumer-1 is killed, so it can not be killed'])
    assert.equal((await act('consumer-1', 'revive')).status, 200)
    assert.equal(await eventually(activeConsumers, (count) => count === 3, 10_000), 3)
  })

  test('kills PostgreSQL, and revives it while it is down; the audit log has it all afterwards', async () => {
    assert.equal(stateOf((await act('postgres', 'kill')).body, 'postgres'), 'killed')
    await eventually(health, (status) => status === 503, 10_000)
    assert.equal((await exchange(token)).status, 503)
    assert.equal(stateOf((await ask('GET', '/api/demo', { cookie })).body, 'postgres'), 'killed')
    assert.equal((await act('postgres', 'revive')).status, 200)
    await eventually(health, (status) => status === 200, 15_000)
    const entries = await eventually(auditOfServices, (found) => found.length >= 4, 10_000)
    assert.deepEqual(entries.map(({ action, target, outcome }) => `${action} ${target} ${outcome}`), [
      'demo.kill consumer-1 done', 'demo.revive consumer-1 done', 'demo.kill postgres done', 'demo.revive postgres done',
    ])
    const rest = await query<{ outcome: string, detail: string | null }>(`select outcome, detail from audit_log where action in ('demo.token', 'demo.session') order by audit_id`)
    assert.deepEqual(rest.map(({ outcome }) => outcome).toSorted(), ['done', 'done', 'refused', 'refused'])
    const id = rest.find(({ outcome, detail }) => outcome === 'done' && detail !== null)?.detail
    assert.ok(entries.every((entry) => entry.detail === id && entry.address === '127.0.0.1'), JSON.stringify(entries))
    const written = JSON.stringify(await query('select * from audit_log'))
    assert.ok(!written.includes(token) && !written.includes(cookie))
  })

  test('another make all DEMO=1 prints another token, and other starts say what is on', async () => {
    const { code, stdout } = await run('up', { DEMO: '1' })
    assert.equal(code, 0)
    assert.match(stdout, /It runs already/)
    const other = /^ {2}Demo token +(\S+)$/m.exec(stdout)?.[1] ?? ''
    assert.match(other, TOKEN)
    assert.notEqual(other, token)
    const plain = await run('up')
    assert.match(plain.stdout, /This is a demonstration, until make stop: .* with a token that make all DEMO=1 prints/)
    assert.doesNotMatch(plain.stdout, /fmd_/)
    assert.deepEqual(await run('up', { DEMO: '0' }), { code: 1, stdout: '', stderr: 'it runs with DEMO=1, not 0; `make stop` first\n' })
    assert.match((await run('status')).stdout, /This is a demonstration/)
    // What expired is said, whichever it is.
    await query(`update demo_token set created_at = now() - interval '61 minutes'`)
    const late = await exchange(other)
    assert.deepEqual([late.status, late.body], [401, { error: 'this token is older than an hour; make all DEMO=1 prints a new one' }])
  })

  test('ends with make stop', async () => {
    assert.ok(existsSync(join(home, 'run/demo.sock')))
    assert.equal((await run('stop')).code, 0)
    assert.ok(!existsSync(join(home, 'run/demo.sock')))
  })
})

interface Reply {
  readonly status: number
  readonly body: (Partial<Demo> & { readonly error?: string }) | null
  readonly setCookie: string
}

async function ask(method: string, path: string, { cookie: sent = '', headers = {}, body }: { cookie?: string, headers?: Record<string, string>, body?: object } = {}): Promise<Reply> {
  const response = await fetch(URL + path, {
    method, headers: { ...headers, ...sent === '' ? {} : { cookie: sent }, ...body === undefined ? {} : { 'content-type': 'application/json' } },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) as Reply['body'], setCookie: response.headers.getSetCookie()[0] ?? '' }
}

function exchange(given: string, headers: Record<string, string> = CHANGE): Promise<Reply> {
  return ask('POST', '/api/demo/session', { body: { token: given }, headers })
}

function act(name: string, what: 'kill' | 'revive', sent = cookie, headers: Record<string, string> = CHANGE): Promise<Reply> {
  return ask('POST', `/api/demo/services/${name}/${what}`, { cookie: sent, headers })
}

function outcomes({ status, body }: Reply): [number, string | undefined] {
  return [status, body?.error]
}

function stateOf(body: Reply['body'], name: string): DemoService['state'] | undefined {
  return body?.services?.find((service) => service.name === name)?.state
}

async function owners(): Promise<(string | null)[]> {
  const { partitions } = await (await fetch(`${URL}/api/partition-assignment`)).json() as PartitionAssignment
  return partitions.map(({ owner }) => owner)
}

async function activeConsumers(): Promise<number> {
  return (await (await fetch(`${URL}/api/system-status`)).json() as SystemStatus).status.consumers.active_count
}

async function health(): Promise<number> {
  return (await fetch(`${URL}/health`)).status
}

function auditOfServices(): Promise<{ action: string, target: string, outcome: string, detail: string, address: string }[]> {
  return query(`select action, target, outcome, detail, address from audit_log where target is not null order by occurred_at`)
}

async function query<T extends object>(sql: string): Promise<T[]> {
  const pool = createPool(`postgresql://factory_user:factory_pass@127.0.0.1:${postgresPort}/factory_monitoring`, { applicationName: 'test', max: 1 })
  try {
    return (await pool.query<T>(sql)).rows
  } finally {
    await pool.end()
  }
}
