import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignOnProblem } from '../../contract/access-api.ts'
import { insertAudit } from '../../postgres/audit-log.ts'
import type { AuditRecord } from '../../postgres/audit-log.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Queryable } from '../../postgres/pool.ts'
import { endCredentials, insertProviderAccount, lockProviderAccount, setRole } from '../../postgres/provider-accounts.ts'
import type { ProviderAccountRow } from '../../postgres/provider-accounts.ts'
import { insertSession } from '../../postgres/sessions.ts'
import type { Log } from '../../runtime/log.ts'
import { DECOY_HASH } from '../../runtime/password-hash.ts'
import { UnavailableError } from '../poller.ts'
import { PAGES } from '../routes/dashboard.ts'
import { SESSION_S } from './access.ts'
import type { Access } from './access.ts'
import { hashOf } from './credential-check.ts'
import { databaseCall } from './database-call.ts'
import { limitKey } from './limit-key.ts'
import type { OidcConfig } from './oidc-config.ts'
import { namesOf, roleOf } from './oidc-identity.ts'
import type { Claims } from './oidc-identity.ts'
import { NoProviderError, createOidcProvider } from './oidc-provider.ts'
import { TooManyError, createRateLimit } from './rate-limit.ts'
import { TRIP_S, readTripCookie, removeTripCookie, setTripCookie } from './sign-on-cookie.ts'
import type { Trip } from './sign-on-cookie.ts'
import { SignOnError } from './sign-on-error.ts'

/** The login by a provider of OpenID Connect. Both steps resolve with where to send the browser, whatever comes of it. */
export interface SignOn {
  /** To the provider. `to`: the page to come back to. */
  start(to: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<string>
  /** From the provider: begins a session. */
  finish(request: FastifyRequest, reply: FastifyReply): Promise<string>
}

export interface SignOnOptions {
  readonly access: Access
  readonly config: OidcConfig
  readonly log: Log
}

/** Of both steps, by address: a whole plant may come from one. */
const BY_ADDRESS = { most: 120, windowMs: 60_000 }
const LONGEST_PAGE = 1000
/** Of the standard. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/

export function createSignOn({ access, config, log }: SignOnOptions): SignOn {
  const { pool } = access
  const provider = createOidcProvider(config)
  const addresses = createRateLimit(BY_ADDRESS)
  const secure = config.publicUrl.startsWith('https:')
  const key = (): Buffer => access.keyOf('single sign-on')

  /** A page of ours, and nothing else: the address may have been written by anybody. */
  function pageOf(to: string | undefined): string {
    if (to === undefined || to.length > LONGEST_PAGE || !URL.canParse(to, config.publicUrl)) return '/'
    const { origin, pathname, search, hash } = new URL(to, config.publicUrl)
    return origin === config.publicUrl && Object.hasOwn(PAGES, pathname) ? pathname + search + hash : '/'
  }

  function withProblem(page: string, error: unknown): string {
    const url = new URL(page, config.publicUrl)
    url.searchParams.set('login', problemOf(error))
    return url.pathname + url.search + url.hash
  }

  /** The one place that knows what a failure means for whoever logs in. */
  function problemOf(error: unknown): SignOnProblem {
    if (error instanceof SignOnError) {
      log.info({ reason: error.message }, 'a login by the provider was refused')
      return error.problem
    }
    if (error instanceof NoProviderError) {
      log.warn({ reason: error.message }, 'the provider of the logins does not answer')
      return 'unavailable'
    }
    if (error instanceof TooManyError) return 'busy'
    if (error instanceof UnavailableError) return 'later'
    log.error({ err: error }, 'a login by the provider failed')
    return 'failed'
  }

  async function identify(trip: Trip, { url, ip: address }: FastifyRequest): Promise<Claims> {
    try {
      const claims = await provider.finish(new URL(url, config.publicUrl).search, trip)
      if (!SUBJECT.test(claims.sub)) throw new SignOnError('failed', 'the subject is not as the standard says')
      return claims
    } catch (error) {
      if (error instanceof SignOnError && error.problem !== 'cancelled') {
        await databaseCall(() => insertAudit(pool, refusal(error, null, address)))
      }
      throw error
    }
  }

  async function enter(claims: Claims, address: string, reply: FastifyReply): Promise<void> {
    const id = randomBytes(32).toString('base64url')
    const entered = await databaseCall(() => inTransaction(pool, async (client) => {
      const account = await admit(client, claims, config, address)
      if (account instanceof SignOnError) return account
      await insertAudit(client, { actor: account.name, action: 'login', target: null, address, outcome: 'done', detail: 'single sign-on' })
      const expiresAt = await insertSession(client, { hash: hashOf(id), accountId: account.accountId, lifetimeS: SESSION_S })
      return { account, endsAtMs: expiresAt.getTime() }
    }))
    // A role that was changed, or taken away, counts at once.
    if (entered instanceof SignOnError || entered.account.changed) {
      access.sessions.forgetAll()
      access.tokens.forgetAll()
      access.onChange()
    }
    if (entered instanceof SignOnError) throw entered
    const { account: { name, role }, endsAtMs } = entered
    access.begin(reply, { id, account: name, role, endsAtMs })
  }

  return {
    async start(to, request, reply) {
      const page = pageOf(to)
      try {
        addresses.take(limitKey(request.ip))
        const sealing = key()
        const { url, checks } = await provider.begin()
        reply.header('set-cookie', setTripCookie({ ...checks, to: page, untilMs: Date.now() + TRIP_S * 1000 }, sealing, secure))
        return url
      } catch (error) {
        return withProblem(page, error)
      }
    },
    async finish(request, reply) {
      let page = '/'
      try {
        addresses.take(limitKey(request.ip))
        const trip = readTripCookie(request.headers.cookie, key(), Date.now(), secure)
        // Whoever has no such cookie didn't begin here; they may have been sent to somebody else's account.
        if (trip === null) throw new SignOnError('failed', 'the cookie of the login is missing, or has expired')
        page = trip.to
        reply.header('set-cookie', removeTripCookie(secure))
        await enter(await identify(trip, request), request.ip, reply)
        return page
      } catch (error) {
        return withProblem(page, error)
      }
    },
  }
}

interface Admitted extends ProviderAccountRow {
  /** It had another role until now. */
  readonly changed: boolean
}

/** The account, new or with its new role; or why nobody comes in, which is written down then. */
async function admit(db: Queryable, claims: Claims, config: OidcConfig, address: string): Promise<Admitted | SignOnError> {
  const { iss: issuer, sub: subject } = claims
  const role = roleOf(claims, config)
  const known = await lockProviderAccount(db, issuer, subject)
  const names = known === undefined ? namesOf(claims) : [known.name]
  const refuse = async (error: SignOnError): Promise<SignOnError> => {
    await insertAudit(db, refusal(error, known?.name ?? null, address))
    return error
  }
  if (role === null) {
    // What the provider says now counts for the logins before, too, and for what was made in them.
    if (known !== undefined) await endCredentials(db, known.accountId)
    return refuse(new SignOnError('no-role', `no role for ${names[0]}${known === undefined ? '' : '; its sessions and tokens are over'}`))
  }
  if (known === undefined) {
    for (const name of names) {
      const made = await insertProviderAccount(db, { name, role, issuer, subject, passwordHash: DECOY_HASH })
      if (made === undefined) continue
      await insertAudit(db, changeOf(name, 'account.create', `role ${role}, by single sign-on`, address))
      return { ...made, changed: false }
    }
    return refuse(new SignOnError('failed', `the names ${names.join(' and ')} are taken`))
  }
  if (known.disabledAt !== null) return refuse(new SignOnError('disabled', 'disabled account'))
  if (known.role !== role) {
    await setRole(db, known.accountId, role)
    await insertAudit(db, changeOf(known.name, 'account.role', `role ${role}, was ${known.role}; by single sign-on`, address))
  }
  return { ...known, role, changed: known.role !== role }
}

function changeOf(name: string, action: string, detail: string, address: string): AuditRecord {
  return { actor: name, action, target: name, address, outcome: 'done', detail }
}

function refusal(error: SignOnError, target: string | null, address: string): AuditRecord {
  return { actor: null, action: 'login', target, address, outcome: 'refused', detail: `single sign-on: ${error.message}` }
}
