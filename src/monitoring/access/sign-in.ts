import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readAccount } from '../../postgres/accounts.ts'
import { insertAudit } from '../../postgres/audit-log.ts'
import { inTransaction } from '../../postgres/pool.ts'
import { deleteSession, insertSession } from '../../postgres/sessions.ts'
import { DECOY_HASH, verifyPassword } from '../../runtime/password-hash.ts'
import { createGate } from '../gate.ts'
import { RequestError } from '../request-error.ts'
import { SESSION_S } from './access.ts'
import type { Access, Caller } from './access.ts'
import { hashOf } from './credential-check.ts'
import { databaseCall } from './database-call.ts'
import { limitKey } from './limit-key.ts'
import { createRateLimit } from './rate-limit.ts'

export interface SignIn {
  /** Gives the reply a session's cookie. Rejects with the same words whatever is wrong, and with a `TooManyError` after some failures. */
  login(credentials: { readonly name: string, readonly password: string }, request: FastifyRequest, reply: FastifyReply): Promise<Caller>
  /** Ends the caller's session here and everywhere. */
  logout(caller: Caller, request: FastifyRequest, reply: FastifyReply): Promise<void>
}

/** Of failures, by account, whether it exists or not, and by address. Then one more in half a minute. */
const BY_ACCOUNT = { most: 10, windowMs: 5 * 60_000 }
const BY_ADDRESS = { most: 30, windowMs: 5 * 60_000 }
/** Each takes 19 MiB and a thread for 50 ms or more. */
const AT_ONCE = 4

export function createSignIn(access: Access): SignIn {
  const { pool } = access
  const accounts = createRateLimit(BY_ACCOUNT)
  const addresses = createRateLimit(BY_ADDRESS)
  const gate = createGate(AT_ONCE, 'too many log in at once; try again')

  return {
    async login({ name: typed, password }, { ip: address }, reply) {
      const name = typed.trim().toLowerCase()
      const limited = limitKey(address)
      addresses.check(limited)
      accounts.check(name)
      const account = await databaseCall(() => readAccount(pool, name))
      // Taken before the long part, so that many at once don't get more.
      addresses.take(limited)
      accounts.take(name)
      // As much work for a name that doesn't exist: the time must not tell.
      const matches = await gate.enter(() => verifyPassword(password, account?.passwordHash ?? DECOY_HASH))
      if (account === undefined || account.disabledAt !== null || account.issuer !== null || !matches) {
        // A name that doesn't exist isn't written down: it may be a password that was typed into the wrong field.
        const detail = account === undefined ? 'unknown name' : account.disabledAt !== null ? 'disabled account'
          : account.issuer !== null ? 'account of the single sign-on' : 'wrong password'
        await databaseCall(() => insertAudit(pool, {
          actor: null, action: 'login', target: account?.name ?? null, address, outcome: 'refused', detail,
        }))
        throw new RequestError(401, 'the name or the password is wrong')
      }
      accounts.forgive(name)
      const id = randomBytes(32).toString('base64url')
      const expiresAt = await databaseCall(() => inTransaction(pool, async (client) => {
        await insertAudit(client, { actor: account.name, action: 'login', target: null, address, outcome: 'done', detail: null })
        return insertSession(client, { hash: hashOf(id), accountId: account.accountId, lifetimeS: SESSION_S })
      }))
      const session = { account: account.name, role: account.role, endsAtMs: expiresAt.getTime() }
      access.begin(reply, { id, ...session })
      return { ...session, credential: { kind: 'session', hash: hashOf(id) } }
    },
    async logout({ account, credential }, { ip: address }, reply) {
      if (credential?.kind !== 'session') return
      await databaseCall(() => inTransaction(pool, async (client) => {
        await deleteSession(client, credential.hash)
        await insertAudit(client, { actor: account, action: 'logout', target: null, address, outcome: 'done', detail: null })
      }))
      access.sessions.end(credential.hash)
      access.onChange()
      access.removeCookie(reply)
    },
  }
}
