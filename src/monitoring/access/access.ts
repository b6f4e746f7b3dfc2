import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Role, Session } from '../../contract/access-api.ts'
import { anyAccountExists } from '../../postgres/accounts.ts'
import { readApiToken } from '../../postgres/api-tokens.ts'
import { classifyPostgres } from '../../postgres/errors.ts'
import type { Pool } from '../../postgres/pool.ts'
import { claimSessionKey, readSession } from '../../postgres/sessions.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { Log } from '../../runtime/log.ts'
import { isLoopback } from '../../runtime/loopback.ts'
import { UnavailableError } from '../poller.ts'
import { RequestError } from '../request-error.ts'
import { createCredentialCheck, hashOf } from './credential-check.ts'
import type { CredentialCheck } from './credential-check.ts'
import { limitKey } from './limit-key.ts'
import { createRateLimit } from './rate-limit.ts'
import { lesser } from './route-table.ts'
import { openTicket, readCookie, sealTicket, setCookie } from './session-cookie.ts'
import type { Ticket } from './session-cookie.ts'

/** Who makes a request. */
export interface Caller {
  /** Null: nobody is logged in. */
  readonly account: string | null
  /** Null: may not even read. */
  readonly role: Role | null
  readonly endsAtMs: number | null
  /** What has to hold on for as long as the answer takes; null: nobody is logged in. */
  readonly credential: { readonly kind: 'session' | 'token', readonly hash: Buffer } | null
}

export interface Access {
  /** Of the accounts, the sessions and the audit log. */
  readonly pool: Pool
  /** False until the database was read for the first time: until then nobody can be known. */
  readonly ready: boolean
  /** Resolves when it is. */
  readonly whenReady: Promise<void>
  /** There is an account, so somebody can log in. */
  readonly accountsExist: boolean
  /** The button of the login by a provider, where there is one: then somebody can log in, too. */
  readonly singleSignOn: Session['single_sign_on']
  /** Whoever isn't logged in may read. */
  readonly anonymousMayRead: boolean
  /** There is a demonstration. */
  readonly demo: boolean
  /** To be called after the migrations. Throws an `ExitError` when the service would be open to the network without an account. */
  prepare(): Promise<void>
  /** Who makes a request; makes its cookie anew when it is due. Rejects with an error that says what is wrong with its credential. */
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Caller>
  /** The role that a caller has now. */
  roleNow(caller: Caller): Promise<Role | null>
  /** What signs a kind of cookie. Throws an `UnavailableError` until it is ready. */
  keyOf(purpose: string): Buffer
  /** Gives the reply the cookie of a new session. */
  begin(reply: FastifyReply, ticket: Omit<Ticket, 'freshUntilMs'>): void
  /** Takes the cookie away. */
  removeCookie(reply: FastifyReply): void
  readonly sessions: CredentialCheck
  readonly tokens: CredentialCheck
  /** Called when somebody's rights may have changed. */
  onChange: () => void
  close(): void
}

export interface AccessOptions {
  readonly pool: Pool
  readonly log: Log
  /** What it listens on, for the message. */
  readonly host: string
  /** MONITORING_ANONYMOUS_READ */
  readonly anonymousRead: boolean
  readonly demo: boolean
  /** Whether we are reached by TLS. */
  readonly secure: boolean
  /** Absent or null: people log in by password alone. */
  readonly singleSignOn?: Session['single_sign_on']
}

/** A cookie is good for so long without the database; its owner may be away for no longer. */
export const FRESH_MS = 15 * 60_000
/** A working day, and no longer. */
export const SESSION_S = 12 * 3600
const RENEW_AFTER_MS = 60_000
/** Until there is an account: so long after `make admin` reading needs a login. */
const LOOK_FOR_ACCOUNTS_MS = 5_000
/** Of tokens that don't exist, by address. A guess has 256 bits, so this only spares the database. */
const WRONG_TOKENS = { most: 30, windowMs: 5 * 60_000 }
const TOKEN = /^Bearer +([\w-]{1,200})$/i

export function createAccess({ pool, log, host, anonymousRead, demo, secure, singleSignOn = null }: AccessOptions): Access {
  const open = !isLoopback(host)
  const wrongTokens = createRateLimit(WRONG_TOKENS)
  let key: Buffer | null = null
  let exist = false
  const readiness = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined

  const sessions = createCredentialCheck(async (hash) => {
    const found = await readSession(pool, hash)
    return found === undefined ? null : { account: found.account, role: found.role, endsAtMs: found.expiresAt.getTime() }
  })
  const tokens = createCredentialCheck(async (hash) => {
    const found = await readApiToken(pool, hash)
    return found === undefined ? null
      : { account: found.account, role: lesser(found.role, found.accountRole), endsAtMs: found.expiresAt.getTime() }
  })

  const anonymous = (): Caller => ({ account: null, role: access.anonymousMayRead ? 'viewer' : null, endsAtMs: null, credential: null })

  function renew(reply: FastifyReply, ticket: Omit<Ticket, 'freshUntilMs'>): void {
    if (key === null) throw new Error('a session before the key was read')
    const freshUntilMs = Math.min(Date.now() + FRESH_MS, ticket.endsAtMs)
    reply.header('set-cookie', setCookie(sealTicket({ ...ticket, freshUntilMs }, key), Math.floor((freshUntilMs - Date.now()) / 1000), secure))
  }

  async function byToken(authorization: string, limited: string): Promise<Caller> {
    wrongTokens.check(limited)
    const token = TOKEN.exec(authorization)?.[1]
    if (token === undefined) throw new RequestError(401, 'the header Authorization must be "Bearer" and a token')
    const hash = hashOf(token)
    const { identity } = await tokens.check(hash)
    if (identity === undefined) throw new UnavailableError('PostgreSQL does not answer, so the token can not be checked')
    if (identity === null || identity.endsAtMs <= Date.now()) {
      wrongTokens.take(limited)
      throw new RequestError(401, 'the token is not known, has expired or was revoked')
    }
    return { ...identity, credential: { kind: 'token', hash } }
  }

  async function byCookie(cookie: string, reply: FastifyReply): Promise<Caller | null> {
    const ticket = key === null ? null : openTicket(cookie, key, Date.now())
    const hash = hashOf(ticket?.id ?? '')
    const { identity, confirmed } = ticket === null ? { identity: null, confirmed: true } : await sessions.check(hash)
    if (ticket === null || identity === null) {
      reply.header('set-cookie', setCookie('', 0, secure))
      return null
    }
    // While PostgreSQL is down the signature has to do.
    const { account, role, endsAtMs } = identity ?? ticket
    if (confirmed && ticket.freshUntilMs - Date.now() < FRESH_MS - RENEW_AFTER_MS) renew(reply, { id: ticket.id, account, role, endsAtMs })
    return { account, role, endsAtMs, credential: { kind: 'session', hash } }
  }

  async function lookForAccounts(): Promise<void> {
    exist = await anyAccountExists(pool)
    if (!exist) return
    clearInterval(timer)
    access.onChange()
  }

  const access: Access = {
    pool, demo,
    get ready() { return key !== null },
    whenReady: readiness.promise,
    get accountsExist() { return exist },
    singleSignOn,
    get anonymousMayRead() { return anonymousRead || (!open && key !== null && !exist && singleSignOn === null) },
    async prepare() {
      const shared = await claimSessionKey(pool, randomBytes(32))
      const found = await anyAccountExists(pool)
      if (open && !found && singleSignOn === null && !anonymousRead) {
        throw new ExitError(`MONITORING_HOST is "${host}", which others can reach, and there is no account: make one by \`make admin NAME=…\`, `
          + 'or set MONITORING_ANONYMOUS_READ=1')
      }
      exist = found
      key = shared
      readiness.resolve()
      if (exist) return access.onChange()
      timer = setInterval(() => {
        lookForAccounts().catch((error: unknown) => {
          if (classifyPostgres(error) !== 'retry') log.warn({ err: error }, 'the accounts can not be read')
        })
      }, LOOK_FOR_ACCOUNTS_MS)
    },
    async identify(request, reply) {
      const { authorization, cookie } = request.headers
      if (authorization !== undefined) return byToken(authorization, limitKey(request.ip))
      const ticket = readCookie(cookie, secure)
      return (ticket === undefined ? null : await byCookie(ticket, reply)) ?? anonymous()
    },
    async roleNow({ credential, endsAtMs }) {
      if (credential === null) return anonymous().role
      const { identity } = await (credential.kind === 'session' ? sessions : tokens).check(credential.hash)
      return identity === null || identity === undefined || (endsAtMs ?? 0) <= Date.now() ? anonymous().role : identity.role
    },
    keyOf(purpose) {
      if (key === null) throw new UnavailableError('the database was not read yet')
      return createHmac('sha256', key).update(purpose).digest()
    },
    begin: renew,
    removeCookie: (reply) => void reply.header('set-cookie', setCookie('', 0, secure)),
    sessions, tokens,
    onChange: () => {},
    close: () => clearInterval(timer),
  }
  return access
}
