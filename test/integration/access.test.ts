import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkApi } from '../../src/cli/checks/api.ts'
import { createCheckRun } from '../../src/cli/checks/check-run.ts'
import type { CheckedSystem } from '../../src/cli/checks/run-checks.ts'
import { checkStream } from '../../src/cli/checks/stream.ts'
import type { Audit, Session } from '../../src/contract/access-api.ts'
import type { SystemStatus } from '../../src/local/supervisor/protocol.ts'
import { openTicket, sealTicket } from '../../src/monitoring/access/session-cookie.ts'
import type { Ticket } from '../../src/monitoring/access/session-cookie.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import { readConfig } from '../../src/monitoring/config.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { createLog } from '../../src/runtime/log.ts'
import { eventually } from '../harness/eventually.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from './access-client.ts'
import type { AccessClient } from './access-client.ts'
import { openPool } from './monitoring-client.ts'

async function start(owner: Owner, ...accounts: readonly ('viewer' | 'operator' | 'admin')[]): Promise<{ api: AccessClient, db: Pool, databaseUrl: string }> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  for (const role of accounts) await addAccount(db, role, role)
  return { api: await startAccess(owner, databaseUrl), db, databaseUrl }
}

const statusOf = async (api: AccessClient, path: string, cookie?: string): Promise<number> => (await api.ask('GET', path, { cookie })).status
const sessionOf = async (api: AccessClient, cookie?: string): Promise<Session> => (await api.ask('GET', '/api/session', { cookie })).body as Session

/** Opens the stream, and tells when it has ended. */
async function listen(api: AccessClient, cookie?: string): Promise<{ readonly ended: Promise<number> }> {
  const begunMs = performance.now()
  const response = await fetch(`${api.url}/api/stream`, cookie === undefined ? {} : { headers: { cookie } })
  assert.equal(response.status, 200)
  return { ended: response.text().then(() => {}, () => {}).then(() => performance.now() - begunMs) }
}

describe('without any account, on loopback', () => {
  test('everything may be read and nothing changed; with the first account reading needs a login, also of who listens already', async (t) => {
    const { api, db } = await start(t)
    // On a busy machine the database may take more than the 2 s that the service waits for it.
    assert.equal(await eventually(() => statusOf(api, '/api/ledger'), (status) => status !== 503, 15_000), 200)
    assert.deepEqual(await sessionOf(api), {
      account: null, role: null, accounts: false, demo: false, single_sign_on: null, ends_at: null,
      may: { read: true, operate: false, administer: false },
    })
    assert.equal((await api.ask('POST', '/api/tokens', { body: { name: 'x', role: 'viewer', days: 1 } })).status, 401)
    const { ended } = await listen(api)
    await addAccount(db, 'anna', 'viewer')
    assert.ok(await ended < 12_000)
    assert.equal(await statusOf(api, '/api/ledger'), 401)
    assert.equal(await statusOf(api, '/health'), 200)
    assert.equal(await statusOf(api, '/api/ledger', await api.login('anna')), 200)
  })
})

describe('on an address that others reach', () => {
  const startOpen = async (databaseUrl: string, env: Record<string, string>) => startMonitoring(
    { ...readConfig({ DATABASE_URL: databaseUrl, KAFKA_BROKERS: '127.0.0.1:1', MONITORING_HOST: '0.0.0.0', ...env }), port: 0 }, createLog('monitoring', 'silent'))

  test('it does not start without an account, and says what to do', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const service = await startOpen(databaseUrl, {})
    t.after(() => service.close())
    // Until it has found out, nobody comes in.
    const [answer] = await Promise.all([fetch(`${service.url}/api/kafka/cluster`).then(({ status }) => status), assert.rejects(service.failed, {
      name: 'ExitError', message: 'MONITORING_HOST is "0.0.0.0", which others can reach, and there is no account: make one by `make admin NAME=…`, or set MONITORING_ANONYMOUS_READ=1',
    })])
    assert.equal(answer, 503)
  })

  test('it does when it is told that everybody may read', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const service = await startOpen(databaseUrl, { MONITORING_ANONYMOUS_READ: '1' })
    t.after(() => service.close())
    assert.equal((await fetch(`${service.url}/api/ledger`)).status, 200)
  })
})

// Two of them wait for what counts 10 s.
describe('a session', { concurrency: 6 }, () => {
  test('tells who it is, and is over everywhere at the logout', async (t) => {
    const { api, db } = await start(t, 'operator')
    const cookie = await api.login(' Operator ')
    const { account, role, may, ends_at: endsAt } = await sessionOf(api, cookie)
    assert.deepEqual([account, role, may], ['operator', 'operator', { read: true, operate: true, administer: false }])
    const leftS = (Date.parse(endsAt ?? '') - Date.now()) / 1000
    assert.ok(leftS > 12 * 3600 - 60 && leftS <= 12 * 3600, `${leftS} s`)
    const { ended } = await listen(api, cookie)
    const out = await api.ask('POST', '/api/logout', { cookie })
    assert.deepEqual([out.status, out.cookie], [204, 'factory_session='])
    assert.ok(await ended < 5_000)
    assert.equal(await statusOf(api, '/api/ledger', cookie), 401)
    assert.equal((await db.query('select from session')).rowCount, 0)
  })

  test('survives a restart of the service, and its role follows the account', async (t) => {
    const { api, db, databaseUrl } = await start(t, 'viewer')
    const cookie = await api.login('viewer')
    await api.close()
    const again = await startAccess(t, databaseUrl)
    await db.query(`update account set role = 'admin' where name = 'viewer'`)
    assert.equal(await statusOf(again, '/api/accounts', cookie), 200)
  })

  test('has its cookie made anew while it is active, and no other cookie is taken', async (t) => {
    const { api, db } = await start(t, 'viewer')
    const cookie = await api.login('viewer')
    assert.equal((await api.ask('GET', '/api/ledger', { cookie })).cookie, undefined)
    const { rows: [row] } = await db.query<{ key: Buffer }>('select key from session_key')
    const key = row?.key ?? Buffer.alloc(0)
    const ticket = openTicket(cookie.slice('factory_session='.length), key, Date.now())
    assert.ok(ticket !== null)
    const sealed = (change: Partial<Ticket>, by = key): string => `factory_session=${sealTicket({ ...ticket, ...change }, by)}`
    const aged = await api.ask('GET', '/api/ledger', { cookie: sealed({ freshUntilMs: Date.now() + 60_000 }) })
    assert.equal(aged.status, 200)
    const renewed = openTicket(aged.cookie?.slice('factory_session='.length) ?? '', key, Date.now())
    assert.ok((renewed?.freshUntilMs ?? 0) > Date.now() + 14 * 60_000)
    // What a cookie says of the role is not believed while the database answers.
    assert.equal(await statusOf(api, '/api/accounts', sealed({ role: 'admin' })), 403)
    for (const wrong of [sealed({ freshUntilMs: Date.now() - 1 }), sealed({}, Buffer.alloc(32)), sealed({ id: 'another' }), 'factory_session=x']) {
      const refused = await api.ask('GET', '/api/ledger', { cookie: wrong })
      assert.deepEqual([refused.status, refused.cookie], [401, 'factory_session='], wrong)
    }
  })

  test('ends within 30 s, streams too, when the account is disabled behind our back', async (t) => {
    const { api, db } = await start(t, 'viewer')
    const cookie = await api.login('viewer')
    assert.equal(await statusOf(api, '/api/ledger', cookie), 200)
    const { ended } = await listen(api, cookie)
    await db.query('update account set disabled_at = now()')
    const tookMs = await ended
    t.diagnostic(`the stream ended after ${(tookMs / 1000).toFixed(1)} s`)
    assert.ok(tookMs < 30_000)
    assert.equal(await statusOf(api, '/api/ledger', cookie), 401)
    assert.equal((await api.ask('POST', '/api/login', { body: { name: 'viewer', password: PASSWORD } })).status, 401)
  })

  test('begins only when what signs its cookie was read', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const db = openPool(t, databaseUrl)
    await addAccount(db, 'anna', 'viewer')
    const holder = await db.connect()
    await holder.query('begin')
    await holder.query('lock table session_key')
    const api = await startAccess(t, databaseUrl)
    const early = api.ask('POST', '/api/login', { body: { name: 'anna', password: PASSWORD } })
    await sleep(700)
    await holder.query('commit')
    holder.release()
    assert.ok([200, 503].includes((await early).status), String((await early).status))
    await api.login('anna')
  })

  test('survives that PostgreSQL is away', async (t) => {
    const { api, db } = await start(t, 'viewer')
    const cookie = await api.login('viewer')
    assert.equal((await sessionOf(api, cookie)).account, 'viewer')
    // Nobody gets a connection any more.
    await db.query(`do $$ begin execute format('alter database %I connection limit 0', current_database()); end $$`)
    await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
    // Longer than an answer of the database counts.
    await sleep(11_000)
    assert.equal(await statusOf(api, '/health'), 503)
    assert.equal((await sessionOf(api, cookie)).account, 'viewer')
    assert.equal((await sessionOf(api)).account, null)
    assert.equal(await statusOf(api, '/api/ledger'), 401)
  })
})

describe('a login', () => {
  test('fails in the same words and with the same work, whatever is wrong, and after ten failures it has to wait', async (t) => {
    const { api, db } = await start(t, 'admin', 'viewer')
    await db.query(`update account set disabled_at = now() where name = 'viewer'`)
    const attempt = async (name: string, password: string) => {
      const begunMs = performance.now()
      const { status, body, headers } = await api.ask('POST', '/api/login', { body: { name, password } })
      return { status, body, tookMs: performance.now() - begunMs, retryAfter: headers.get('retry-after') }
    }
    for (const [name, password] of [['admin', 'wrong'], ['nobody', PASSWORD], ['viewer', PASSWORD]] as const) {
      const { status, body } = await attempt(name, password)
      assert.deepEqual([status, body], [401, { error: 'the name or the password is wrong' }], name)
    }
    const tookMs: number[] = []
    for (let count = 1; count < 10; count++) {
      const failed = await attempt('nobody', 'x')
      assert.equal(failed.status, 401)
      tookMs.push(failed.tookMs)
    }
    // Without a hash to compute it would be 3 ms.
    assert.ok(Math.min(...tookMs) > 10, `${Math.min(...tookMs)} ms`)
    const refused = await attempt('nobody', 'x')
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.retryAfter) > 0)
    assert.deepEqual(refused.body, { error: `too many attempts; try again in ${refused.retryAfter} s` })
    await api.login('admin')
    for (let count = 0; count < 18; count++) await attempt(`somebody-${count}`, 'x')
    assert.equal((await attempt('admin', PASSWORD)).status, 429, 'the address has to wait')
  })
})

describe('a change', () => {
  test('that another site may have made is refused', async (t) => {
    const { api } = await start(t, 'admin')
    const cookie = await api.login('admin')
    const ask = (headers: Record<string, string>) => api.ask('POST', '/api/tokens', { cookie, body: { name: 'x', role: 'viewer', days: 1 }, headers })
    assert.equal((await ask({ 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal((await ask({ origin: 'http://evil.example' })).status, 403)
    assert.equal((await ask({ 'sec-fetch-site': 'same-origin' })).status, 201)
    const bare = await fetch(`${api.url}/api/logout`, { method: 'POST', headers: { cookie } })
    assert.deepEqual([bare.status, await bare.json()], [403, { error: 'the header x-factory-request: 1 is missing' }])
  })

  test('is taken as it is written: null is not false', async (t) => {
    const { api, db } = await start(t, 'admin', 'viewer')
    await db.query(`update account set disabled_at = now() where name = 'viewer'`)
    const cookie = await api.login('admin')
    for (const disabled of [null, 'false', 0, '']) {
      assert.equal((await api.ask('PATCH', '/api/accounts/viewer', { cookie, body: { disabled } })).status, 400, JSON.stringify(disabled))
    }
    const { rows } = await db.query('select disabled_at is not null as disabled from account where name = $1', ['viewer'])
    assert.deepEqual(rows, [{ disabled: true }])
  })

  test('is made at most 120 times a minute from one address', async (t) => {
    const { api } = await start(t)
    const statuses = await Promise.all(Array.from({ length: 130 }, async () => (await api.ask('POST', '/api/logout')).status))
    assert.deepEqual(new Set(statuses), new Set([204, 429]))
    assert.ok(statuses.filter((status) => status === 204).length <= 121)
    assert.equal(await statusOf(api, '/api/ledger'), 200)
  })
})

test('make verify-cluster reads by a token where reading needs a login', async (t) => {
  const { api } = await start(t, 'admin')
  const cookie = await api.login('admin')
  const { token } = (await api.ask('POST', '/api/tokens', { cookie, body: { name: 'checks', role: 'viewer', days: 1 } })).body as { token: string }
  const failures = async (credentials: CheckedSystem['credentials']): Promise<string[]> => {
    const run = createCheckRun(new AbortController().signal, () => {})
    const system = { status: { monitoringUrl: api.url } as SystemStatus, credentials }
    await checkApi(run, system)
    await checkStream(run, system)
    return run.results.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`)
  }
  assert.deepEqual(await failures({ authorization: `Bearer ${token}` }), [])
  assert.ok((await failures({})).includes('/api/stream: answers 401: {"error":"log in first"}'))
})

describe('accounts, tokens and the audit log', () => {
  test('of an admin: each change is written down with who, what and from where, and no secret', async (t) => {
    const { api, db } = await start(t, 'admin', 'operator')
    const cookie = await api.login('admin')
    const secret = 'a secret of sixteen'
    const made = await api.ask('POST', '/api/accounts', { cookie, body: { name: 'berta', role: 'viewer', password: secret } })
    assert.equal(made.status, 201)
    assert.equal((await api.ask('POST', '/api/accounts', { cookie, body: { name: 'berta', role: 'viewer', password: secret } })).status, 409)
    assert.equal((await api.ask('POST', '/api/accounts', { cookie, body: { name: 'carl', role: 'viewer', password: 'short' } })).status, 400)
    const berta = await api.login('berta', secret)
    assert.equal((await api.ask('POST', '/api/accounts', { cookie: berta, body: {} })).status, 403)
    await api.ask('POST', '/api/login', { body: { name: secret, password: secret } })

    const created = await api.ask('POST', '/api/tokens', { cookie, body: { name: 'report', role: 'operator', days: 30 } })
    const { id, token } = created.body as { id: number, token: string }
    assert.match(token, /^fms_[\w-]{43}$/)
    assert.equal((await api.ask('GET', '/api/ledger', { token })).status, 200)
    assert.equal((await api.ask('GET', '/api/accounts', { token })).status, 403)
    assert.equal((await api.ask('DELETE', `/api/tokens/${id}`, { cookie })).status, 204)
    assert.equal((await api.ask('GET', '/api/ledger', { token })).status, 401)
    assert.equal((await api.ask('GET', '/api/ledger', { token: 'fms_x', cookie })).status, 401, 'a wrong token is not made good by a cookie')

    assert.equal((await api.ask('PATCH', '/api/accounts/berta', { cookie, body: { disabled: true } })).status, 200)
    assert.equal(await statusOf(api, '/api/ledger', berta), 401)
    const last = await api.ask('PATCH', '/api/accounts/admin', { cookie, body: { disabled: true } })
    assert.deepEqual([last.status, last.body], [409, { error: '"admin" is the last admin; nobody could undo that' }])
    assert.equal((await api.ask('PATCH', '/api/accounts/nobody', { cookie, body: { disabled: true } })).status, 404)

    const { entries, before } = (await api.ask('GET', '/api/audit?limit=5', { cookie })).body as Audit
    const older = (await api.ask('GET', `/api/audit?before=${before}`, { cookie })).body as Audit
    assert.equal(older.before, null)
    const all = [...entries, ...older.entries].toReversed()
    assert.ok(all.every(({ address }) => address === '127.0.0.1'))
    assert.deepEqual(all.map(({ actor, action, target, outcome, detail }) => [actor, action, target, outcome, detail]), [
      ['admin', 'login', null, 'done', null],
      ['admin', 'account.create', 'berta', 'done', 'role viewer'],
      ['berta', 'login', null, 'done', null],
      ['berta', 'POST /api/accounts', null, 'refused', 'needs admin'],
      [null, 'login', null, 'refused', 'unknown name'],
      ['admin', 'token.create', `${id} report`, 'done', 'role operator, 30 days'],
      ['admin', 'token.revoke', `${id} report`, 'done', null],
      ['admin', 'account.disable', 'berta', 'done', null],
    ])
    for (const statement of ['update audit_log set actor = null', 'delete from audit_log', 'truncate audit_log']) {
      await assert.rejects(db.query(statement), /audit_log is only added to/)
    }
  })

  test('a token may never do more than its account, and not after its time', async (t) => {
    const { api, db } = await start(t, 'admin', 'operator')
    const cookie = await api.login('admin')
    const { token } = (await api.ask('POST', '/api/tokens', { cookie, body: { name: 'x', role: 'admin', days: 1 } })).body as { token: string }
    await db.query(`update account set role = 'viewer' where name = 'admin'`)
    assert.equal((await api.ask('GET', '/api/accounts', { token })).status, 403)
    assert.equal((await api.ask('GET', '/api/ledger', { token })).status, 200)
    await db.query('update api_token set expires_at = now()')
    await sleep(10_100)
    assert.equal((await api.ask('GET', '/api/ledger', { token })).status, 401)
  })
})
