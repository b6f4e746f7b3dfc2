import assert from 'node:assert/strict'
import type { Role } from '../../src/contract/access-api.ts'
import { UNPROTECTED } from '../../src/kafka/security.ts'
import { readConfig } from '../../src/monitoring/config.ts'
import type { MonitoringConfig } from '../../src/monitoring/config.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import { insertAccount } from '../../src/postgres/accounts.ts'
import type { Queryable } from '../../src/postgres/pool.ts'
import { hashPassword } from '../../src/runtime/password-hash.ts'
import { createLog } from '../../src/runtime/log.ts'
import { eventually } from '../harness/eventually.ts'
import type { Owner } from '../harness/plant.ts'

export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
  /** `name=value` of the cookie that it sets; undefined: none. */
  readonly cookie: string | undefined
}

export interface Question {
  readonly cookie?: string | undefined
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface AccessClient {
  readonly url: string
  ask(method: string, path: string, question?: Question): Promise<Reply>
  /** Logs in, and returns the cookie. */
  login(name: string, password?: string): Promise<string>
  close(): Promise<void>
}

/** Of every account of these tests. */
export const PASSWORD = 'correct horse battery'
const OWN = { 'x-factory-request': '1' }
let passwordHash: string | undefined
/** Nobody answers there; it is for the routes of its login to be asked, too. */
export const { oidc: UNREACHABLE_PROVIDER = null } = readConfig({
  OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'x', OIDC_VIEWER_VALUES: 'x', MONITORING_PUBLIC_URL: 'http://127.0.0.1:1',
})

export async function addAccount(db: Queryable, name: string, role: Role): Promise<void> {
  passwordHash ??= await hashPassword(PASSWORD)
  assert.ok(await insertAccount(db, { name, role, passwordHash }))
}

/** The service on a free port, without Kafka, until the test is over. */
export async function startAccess(owner: Owner, databaseUrl: string, config: Partial<MonitoringConfig> = {}): Promise<AccessClient> {
  const service = await startMonitoring({
    host: '127.0.0.1', port: 0, databaseUrl, brokers: ['127.0.0.1:1'], kafkaSecurity: UNPROTECTED,
    sensorTopic: 'sensor-data', alertTopic: 'alerts', logLevel: 'silent', ...config,
  }, createLog('monitoring', 'silent'))
  owner.after(() => service.close())
  service.failed.catch(() => {})
  const ask: AccessClient['ask'] = async (method, path, { cookie, token, body, headers } = {}) => {
    const response = await fetch(service.url + path, {
      method, redirect: 'manual', signal: AbortSignal.timeout(10_000),
      headers: {
        ...method === 'GET' ? {} : OWN, ...cookie === undefined ? {} : { cookie }, ...token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...body === undefined ? {} : { 'content-type': 'application/json' }, ...headers,
      },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
    })
    // A stream has no end.
    const streaming = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    const text = streaming ? '' : await response.text()
    if (streaming) await response.body?.cancel()
    const cookies = response.headers.getSetCookie()
    assert.ok(cookies.length <= 1, cookies.join('\n'))
    const json = response.headers.get('content-type')?.startsWith('application/json') ?? false
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers, cookie: cookies[0]?.split(';')[0] }
  }
  return {
    url: service.url, ask,
    async login(name, password = PASSWORD) {
      // On a busy machine a connection to the database may take more than the 2 s that the service gives it; then it says so.
      const { status, body, cookie } = await eventually(() => ask('POST', '/api/login', { body: { name, password } }), (answer) => answer.status !== 503, 15_000)
      assert.equal(status, 200, JSON.stringify(body))
      assert.ok(cookie !== undefined)
      return cookie
    },
    close: () => service.close(),
  }
}
