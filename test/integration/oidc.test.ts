import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Audit, Session } from '../../src/contract/access-api.ts'
import { UNPROTECTED } from '../../src/kafka/security.ts'
import { CALLBACK_PATH } from '../../src/monitoring/access/oidc-config.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import type { MonitoringConfig } from '../../src/monitoring/config.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { readAudit } from '../../src/postgres/audit-log.ts'
import { eventually } from '../harness/eventually.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { recordingLog } from '../unit/producer/recording-log.ts'
import { PASSWORD, addAccount, startAccess } from './access-client.ts'
import type { AccessClient } from './access-client.ts'
import { openPool } from './monitoring-client.ts'
import { CLIENT_SECRET, startIssuer } from './oidc-issuer.ts'
import type { Issuer } from './oidc-issuer.ts'
import { createVisitor } from './oidc-visitor.ts'
import type { Arrival, Visitor } from './oidc-visitor.ts'

// The login by a provider of OpenID Connect: a real one (oidc-provider), the real service, and a client that keeps cookies.

interface Started {
  readonly api: AccessClient
  readonly db: Pool
  readonly issuer: Issuer
  readonly visitor: Visitor
  /** Logs in at the provider, and comes back. */
  enter(login: string, turn?: (url: URL) => URL | null, to?: string): Promise<Arrival>
  session(): Promise<Session>
  audit(): Promise<unknown[]>
}

async function start(owner: Owner, { onlyUserinfo = false, ...config }: Partial<MonitoringConfig> & { onlyUserinfo?: boolean } = {}): Promise<Started> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  const issuer = await startIssuer(owner, { onlyUserinfo })
  const api = await startAccess(owner, databaseUrl, { port: issuer.port, oidc: issuer.config, ...config })
  const visitor = createVisitor()
  assert.equal((await api.ask('GET', '/api/kafka/dead-letters')).status, 401)
  return {
    api, db, issuer, visitor,
    enter: (login, turn, to = '/') => visitor.visit(`${api.url}/api/login/oidc?to=${encodeURIComponent(to)}`, login, turn),
    session: async () => (await api.ask('GET', '/api/session', { cookie: visitor.cookiesFor(api.url) })).body as Session,
    audit: async () => (await readAudit(db, null, 100)).toReversed().map(({ actor, action, target, outcome, detail }) => [actor, action, target, outcome, detail]),
  }
}

const isCallback = (url: URL): boolean => url.pathname === CALLBACK_PATH
/** Stops before the callback. */
const stopAtCallback = (url: URL): URL | null => (isCallback(url) ? null : url)
const withParameter = (url: URL, name: string, value: string): URL => {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed
}

describe('the login by a provider', () => {
  for (const onlyUserinfo of [false, true]) {
    test(`makes an account with the role of the claim ${onlyUserinfo ? 'of the userinfo endpoint' : 'in the ID token'}, and logs in`, async (t) => {
      const { issuer, enter, session, audit, visitor, api } = await start(t, { onlyUserinfo })
      issuer.people.set('4711', { preferred_username: 'Jörg.Müller@Plant.Example', groups: ['everybody', 'night shift', 'x'] })
      assert.deepEqual(await session(), {
        account: null, role: null, accounts: false, demo: false, single_sign_on: { label: 'Company login', url: `${api.url}/api/login/oidc` }, ends_at: null,
        may: { read: false, operate: false, administer: false },
      })
      const { url, status, setCookies } = await enter('4711', undefined, '/kafka?x=1#topic=alerts')
      assert.deepEqual([url.href, status], [`${api.url}/kafka?x=1#topic=alerts`, 200])
      const { account, role, may } = await session()
      assert.deepEqual([account, role, may], ['jorg.muller@plant.example', 'operator', { read: true, operate: true, administer: false }])
      assert.deepEqual([...visitor.cookies.get('127.0.0.1')?.keys() ?? []], ['factory_session'])
      assert.match(setCookies[0] ?? '', /^factory_login=[\w-]+\.[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/)
      assert.ok(setCookies.includes('factory_login=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'))
      assert.deepEqual(await audit(), [
        [account, 'account.create', account, 'done', 'role operator, by single sign-on'],
        [account, 'login', null, 'done', 'single sign-on'],
      ])
    })
  }

  test('renews the role, which counts at once, also where somebody is logged in; the name stays', async (t) => {
    const { issuer, enter, session, audit, api, visitor } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['plant-admins'] })
    await enter('1')
    const before = visitor.cookiesFor(api.url)
    assert.equal((await api.ask('GET', '/api/accounts', { cookie: before })).status, 200)
    issuer.people.set('1', { preferred_username: 'anna.renamed', groups: 'everybody' })
    await enter('1')
    assert.deepEqual([(await session()).account, (await session()).role], ['anna', 'viewer'])
    assert.equal((await api.ask('GET', '/api/accounts', { cookie: before })).status, 403)
    assert.deepEqual((await audit()).slice(-2), [
      ['anna', 'account.role', 'anna', 'done', 'role viewer, was admin; by single sign-on'], ['anna', 'login', null, 'done', 'single sign-on'],
    ])
  })

  test('is refused to whom no group gives a role, and ends the sessions and the tokens that they had', async (t) => {
    const { issuer, enter, session, audit, db, api, visitor } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['others'] })
    const first = await enter('1')
    assert.equal(first.url.href, `${api.url}/?login=no-role`)
    assert.equal((await session()).account, null)
    assert.equal((await db.query('select from account')).rowCount, 0)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['plant-admins'] })
    await enter('1')
    const cookie = visitor.cookiesFor(api.url)
    const { token } = (await api.ask('POST', '/api/tokens', { cookie, body: { name: 'x', role: 'admin', days: 1 } })).body as { token: string }
    assert.equal((await api.ask('GET', '/api/accounts', { token })).status, 200)
    issuer.people.set('1', { preferred_username: 'anna' })
    assert.equal((await enter('1', undefined, '/kafka')).url.href, `${api.url}/kafka?login=no-role`)
    assert.equal((await api.ask('GET', '/api/ledger', { cookie })).status, 401)
    assert.equal((await api.ask('GET', '/api/ledger', { token })).status, 401)
    const entries = await audit()
    assert.deepEqual(entries[0], [null, 'login', null, 'refused', 'single sign-on: no role for anna'])
    assert.deepEqual(entries.at(-1), [null, 'login', 'anna', 'refused', 'single sign-on: no role for anna; its sessions and tokens are over'])
  })

  test('gives nobody the account of somebody else with the same name, and no password', async (t) => {
    const { issuer, enter, session, db, api } = await start(t)
    await addAccount(db, 'anna', 'admin')
    issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
    issuer.people.set('2', { email: 'Anna', groups: ['everybody'] })
    await enter('1')
    const { account, role } = await session()
    assert.match(account ?? '', /^anna-[0-9a-f]{8}$/)
    assert.equal(role, 'viewer')
    await db.query('delete from session')
    const other = createVisitor()
    await other.visit(`${api.url}/api/login/oidc`, '2')
    const { rows } = await db.query<{ name: string, subject: string | null }>('select name, subject from account order by subject nulls first')
    assert.deepEqual(rows.map(({ subject }) => subject), [null, '1', '2'])
    assert.equal(new Set(rows.map(({ name }) => name)).size, 3)
    const login = async (name: string) => (await api.ask('POST', '/api/login', { body: { name, password: PASSWORD } })).status
    assert.equal(await login('anna'), 200)
    // Also where somebody gave it one behind our back.
    assert.equal(await login(account ?? ''), 401)
    await db.query('update account set password_hash = (select password_hash from account where issuer is null)')
    assert.equal(await login(account ?? ''), 401)
    assert.equal((await readAudit(db, null, 1))[0]?.detail, 'account of the single sign-on')
  })

  test('is refused to an account that is disabled, which an admin may do also with the last admin of the provider', async (t) => {
    const { issuer, enter, session, db, api, visitor } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['plant-admins'] })
    await enter('1')
    const disable = (disabled: boolean) => ({ cookie: visitor.cookiesFor(api.url), body: { disabled } })
    assert.equal((await api.ask('PATCH', '/api/accounts/anna', disable(true))).status, 200)
    await addAccount(db, 'local', 'admin')
    assert.equal((await api.ask('PATCH', '/api/accounts/anna', { ...disable(false), cookie: await api.login('local') })).status, 200)
    await enter('1')
    const cookie = visitor.cookiesFor(api.url)
    // The provider may take its role away any time, so it isn't the other admin.
    assert.equal((await api.ask('PATCH', '/api/accounts/local', { cookie, body: { disabled: true } })).status, 409)
    const disabled = await api.ask('PATCH', '/api/accounts/anna', { cookie: await api.login('local'), body: { disabled: true } })
    assert.equal(disabled.status, 200)
    assert.equal((disabled.body as { single_sign_on: boolean }).single_sign_on, true)
    assert.equal((await api.ask('GET', '/api/ledger', { cookie })).status, 401)
    assert.equal((await enter('1')).url.search, '?login=disabled')
    assert.equal((await session()).account, null)
    const { entries } = (await api.ask('GET', '/api/audit', { cookie: await api.login('local') })).body as Audit
    assert.deepEqual(entries.filter(({ outcome }) => outcome === 'refused').map(({ target, detail, address }) => [target, detail, address]), [
      ['anna', 'single sign-on: disabled account', '127.0.0.1'],
    ])
  })

  test('of one person at once in several browsers makes one account', async (t) => {
    const { issuer, db, api } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
    const visitors = [1, 2].map(() => createVisitor())
    const callbacks = await Promise.all(visitors.map((visitor) => visitor.visit(`${api.url}/api/login/oidc`, '1', stopAtCallback)))
    // Both have to wait for the table, and go on at the same moment.
    const holder = await db.connect()
    await holder.query('begin')
    await holder.query('lock table account in access exclusive mode')
    const arrivals = Promise.all(visitors.map((visitor, index) => visitor.visit(callbacks[index]?.url.href ?? '', '')))
    const waiting = async () => (await db.query(`select from pg_locks where relation = 'account'::regclass and not granted`)).rowCount
    // Not for longer than a statement may take: on a busy machine they may not meet.
    await eventually(waiting, (count) => count === 2, 1_500)
    await holder.query('commit')
    holder.release()
    assert.deepEqual((await arrivals).map(({ url }) => url.search), ['', ''])
    assert.deepEqual([(await db.query('select from account')).rowCount, (await db.query('select from session')).rowCount], [1, 2])
  })
})

describe('what comes back', () => {
  /** What is wrong, and where the person arrives; nobody is logged in. */
  const refused = async (owner: Owner, turn: (url: URL) => URL | null, detail: string | null): Promise<void> => {
    const { issuer, enter, session, audit, db } = await start(owner)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['plant-admins'] })
    const { url } = await enter('1', turn)
    assert.equal(url.search, '?login=failed')
    assert.equal((await session()).account, null)
    assert.equal((await db.query('select from account')).rowCount, 0)
    assert.deepEqual(await audit(), detail === null ? [] : [[null, 'login', null, 'refused', `single sign-on: ${detail}`]])
  }

  test('with another state is refused', (t) => refused(t, (url) => (isCallback(url) ? withParameter(url, 'state', 'x') : url),
    'unexpected "state" response parameter value'))
  test('with another nonce is refused', (t) => refused(t, (url) => (url.searchParams.has('nonce') ? withParameter(url, 'nonce', 'x') : url),
    'unexpected ID Token "nonce" claim value'))
  test('to another question than ours is refused, by PKCE', (t) => refused(t, (url) =>
    (url.searchParams.has('code_challenge') ? withParameter(url, 'code_challenge', 'x'.repeat(43)) : url), 'the provider refuses with invalid_grant'))
  test('from another issuer is refused', (t) => refused(t, (url) => (isCallback(url) ? withParameter(url, 'iss', 'https://evil.example') : url),
    'unexpected "iss" (issuer) response parameter value'))
  test('as an error of any text shows none of it', (t) => refused(t, (url) =>
    (isCallback(url) ? withParameter(withParameter(url, 'error', '<script>'), 'error_description', 'secret') : url), 'the provider says something that is no code'))

  test('without the cookie, again, or too late is refused', async (t) => {
    const { issuer, enter, session, api, visitor, audit } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['plant-admins'] })
    const { url: callback } = await enter('1', stopAtCallback)
    assert.ok(isCallback(callback))
    const cookie = visitor.cookiesFor(api.url)
    // Somebody else's browser, which was sent to the callback.
    assert.equal((await createVisitor().visit(callback.href, '')).url.search, '?login=failed')
    for (const other of ['factory_login=x', 'factory_login=x.y', `${cookie}x`]) {
      const { headers } = await api.ask('GET', callback.pathname + callback.search, { cookie: other })
      assert.equal(headers.get('location'), '/?login=failed')
    }
    assert.deepEqual(await audit(), [])
    assert.equal((await visitor.visit(callback.href, '')).url.search, '')
    assert.equal((await session()).account, 'anna')
    // Again: in the same browser, whose cookie is gone, and with a copy of the cookie, when the provider knows the code no more.
    assert.equal((await visitor.visit(callback.href, '')).url.search, '?login=failed')
    assert.equal((await fetch(callback, { redirect: 'manual', headers: { cookie } })).headers.get('location'), '/?login=failed')
    assert.equal(((await audit()).at(-1) as unknown[]).at(-1), 'single sign-on: the provider refuses with invalid_grant')
  })

  test('signed with a key that the provider does not show is refused; a key that was changed is taken', async (t) => {
    const { issuer, enter, session, audit } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
    await enter('1')
    issuer.showOtherKeys()
    assert.equal((await enter('1')).url.search, '?login=failed')
    assert.match(String(((await audit()).at(-1) as unknown[]).at(-1)), /^single sign-on: .*signature/)
    await issuer.stop()
    await issuer.start()
    assert.equal((await enter('1')).url.search, '')
    assert.equal((await session()).account, 'anna')
  })

  test('leads to a page of ours and nowhere else', async (t) => {
    const { issuer, enter, api } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
    for (const to of ['https://evil.example/kafka', '//evil.example', '/\\evil.example', `${api.url}@evil.example/`, 'javascript:alert(1)', '/api/logout', '/docs', '']) {
      assert.equal((await enter('1', undefined, to)).url.href, `${api.url}/`, to)
    }
    assert.equal((await enter('1', undefined, `${api.url}/kafka`)).url.href, `${api.url}/kafka`)
  })

  test('says that the person changed their mind', async (t) => {
    const { enter } = await start(t)
    const { url } = await enter('nobody', (next) => (/^\/interaction\/[^/]+$/.test(next.pathname) ? new URL(`${next.pathname}/abort`, next) : next), '/kafka#topic=x')
    assert.deepEqual([url.pathname, url.search, url.hash], ['/kafka', '?login=cancelled', '#topic=x'])
  })
})

describe('a provider that is away', () => {
  test('costs nobody else the login, and is asked again', async (t) => {
    const { issuer, enter, session, db, api, visitor } = await start(t)
    issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
    await addAccount(db, 'local', 'viewer')
    await issuer.stop()
    const { url, status } = await enter('1', undefined, '/kafka')
    assert.deepEqual([url.href, status], [`${api.url}/kafka?login=unavailable`, 200])
    await api.login('local')
    await issuer.start()
    const { url: callback } = await enter('1', stopAtCallback)
    await issuer.stop()
    assert.equal((await visitor.visit(callback.href, '')).url.search, '?login=unavailable')
    await issuer.start()
    assert.equal((await enter('1')).url.search, '')
    assert.equal((await session()).account, 'anna')
  })

  test('and takes connections all the same is waited for 5 s', async (t) => {
    const { issuer, enter } = await start(t)
    issuer.hang()
    const begunMs = performance.now()
    assert.equal((await enter('1')).url.search, '?login=unavailable')
    const tookMs = performance.now() - begunMs
    assert.ok(tookMs > 4_000 && tookMs < 8_000, `${tookMs} ms`)
  })
})

test('the database that is away is said as such', async (t) => {
  const { issuer, enter, db } = await start(t)
  issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
  await db.query(`do $$ begin execute format('alter database %I connection limit 0', current_database()); end $$`)
  await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
  assert.equal((await enter('1')).url.search, '?login=later')
})

test('where browsers come by https the cookie is bound to the host, and the provider sends them back there', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const issuer = await startIssuer(t)
  const api = await startAccess(t, databaseUrl, { oidc: { ...issuer.config, publicUrl: 'https://factory.example' } })
  await api.ask('GET', '/api/ledger')
  const { headers } = await api.ask('GET', '/api/login/oidc')
  assert.match(headers.get('set-cookie') ?? '', /^__Host-factory_login=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)
  const { searchParams } = new URL(headers.get('location') ?? '')
  assert.equal(searchParams.get('redirect_uri'), 'https://factory.example/api/login/oidc/callback')
  assert.equal(searchParams.get('code_challenge_method'), 'S256')
  assert.ok(!headers.get('location')?.includes(CLIENT_SECRET))
})

test('an address may ask 120 times a minute', async (t) => {
  const { api } = await start(t)
  const locations = await Promise.all(Array.from({ length: 130 }, async () => (await api.ask('GET', CALLBACK_PATH)).headers.get('location')))
  assert.deepEqual(new Set(locations), new Set(['/?login=failed', '/?login=busy']))
  assert.ok(locations.filter((location) => location === '/?login=failed').length <= 121)
})

test('on an address that others reach a provider is enough to start: somebody can log in', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const issuer = await startIssuer(t)
  const api = await startAccess(t, databaseUrl, { host: '0.0.0.0', port: issuer.port, oidc: issuer.config })
  assert.equal((await api.ask('GET', '/api/ledger')).status, 401)
  issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
  const visitor = createVisitor()
  await visitor.visit(`${api.url}/api/login/oidc`, '1')
  assert.equal((await api.ask('GET', '/api/ledger', { cookie: visitor.cookiesFor(api.url) })).status, 200)
})

test('neither the log nor the audit log has a secret, or what the provider sent', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const issuer = await startIssuer(t)
  issuer.people.set('1', { preferred_username: 'anna', groups: ['everybody'] })
  const { log, lines } = recordingLog()
  log.level = 'trace'
  const service = await startMonitoring({
    host: '127.0.0.1', port: issuer.port, databaseUrl, brokers: ['127.0.0.1:1'], kafkaSecurity: UNPROTECTED, sensorTopic: 'sensor-data', alertTopic: 'alerts',
    logLevel: 'trace', oidc: issuer.config,
  }, log)
  t.after(() => service.close())
  await fetch(`${service.url}/api/ledger`)
  const seen: string[] = []
  const remember = (url: URL): URL => {
    for (const name of ['code', 'state', 'nonce', 'code_challenge']) seen.push(...url.searchParams.getAll(name))
    return isCallback(url) && seen.length > 8 ? withParameter(withParameter(url, 'code', 'another-code'), 'error_description', 'a-description') : url
  }
  const visitor = createVisitor()
  const begin = `${service.url}/api/login/oidc`
  assert.equal((await visitor.visit(begin, '1', remember)).url.search, '')
  assert.equal((await visitor.visit(begin, '1', remember)).url.search, '?login=failed')
  await issuer.stop()
  assert.equal((await visitor.visit(begin, '1')).url.search, '?login=unavailable')
  const written = JSON.stringify([lines(), await readAudit(openPool(t, databaseUrl), null, 100)])
  assert.match(written, /the provider refuses with invalid_grant/)
  assert.match(written, /the provider of the logins does not answer/)
  assert.ok(seen.length > 8)
  for (const secret of [CLIENT_SECRET, encodeURIComponent(CLIENT_SECRET), 'another-code', 'a-description', 'factory_login', 'eyJ', ...seen]) {
    assert.ok(!written.includes(secret), secret)
  }
})
