import { createHash } from 'node:crypto'
import type { Role } from '../../contract/access-api.ts'
import { classifyPostgres } from '../../postgres/errors.ts'

/** Whom a session or a token belongs to. */
export interface Identity {
  readonly account: string
  readonly role: Role
  readonly endsAtMs: number
}

export interface Verdict {
  /** Null: it is over, or there never was one. Undefined: PostgreSQL can't be asked, and nothing is known of it. */
  readonly identity: Identity | null | undefined
  /** The database said so, at most 10 s ago. */
  readonly confirmed: boolean
}

export interface CredentialCheck {
  /** Rejects only with what nobody expected of the database. */
  check(hash: Buffer): Promise<Verdict>
  /** It is over, as far as this process knows, whatever the database may still say. */
  end(hash: Buffer): void
  /** The next check asks the database. */
  forgetAll(): void
}

/** So long after its end, at most, a session or a token is taken; the open streams are looked at as often again. */
const CONFIRMED_MS = 10_000
/** So long the last answer counts while PostgreSQL is down. */
const REMEMBERED_MS = 15 * 60_000
/** While it is down nobody waits for it but one in so long. */
const RETRY_MS = 2_000
const MOST_KNOWN = 10_000

/** What is kept and compared of an id or a token: they are random, so one round is enough. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Asks the database about each credential once in 10 s, and remembers its answers for the time that it can't be asked. */
export function createCredentialCheck(
  load: (hash: Buffer) => Promise<Identity | null>, nowMs: () => number = () => performance.now(),
): CredentialCheck {
  const known = new Map<string, { readonly identity: Identity | null, readonly atMs: number }>()
  const asking = new Map<string, Promise<Verdict>>()
  let downUntilMs = -Infinity

  function remember(key: string, identity: Identity | null): void {
    known.delete(key)
    known.set(key, { identity, atMs: nowMs() })
    const [oldest] = known.keys()
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  }

  function fromMemory(key: string): Verdict {
    const last = known.get(key)
    return { identity: last !== undefined && nowMs() - last.atMs < REMEMBERED_MS ? last.identity : undefined, confirmed: false }
  }

  async function ask(key: string, hash: Buffer): Promise<Verdict> {
    try {
      const identity = await load(hash)
      remember(key, identity)
      return { identity, confirmed: true }
    } catch (error) {
      const disposition = classifyPostgres(error)
      if (disposition !== 'retry' && disposition !== 'exit') throw error
      downUntilMs = nowMs() + RETRY_MS
      return fromMemory(key)
    } finally {
      asking.delete(key)
    }
  }

  return {
    async check(hash) {
      const key = hash.toString('base64')
      const last = known.get(key)
      if (last !== undefined && nowMs() - last.atMs < CONFIRMED_MS) return { identity: last.identity, confirmed: true }
      if (nowMs() < downUntilMs) return fromMemory(key)
      let answer = asking.get(key)
      if (answer === undefined) {
        answer = ask(key, hash)
        asking.set(key, answer)
      }
      return answer
    },
    end: (hash) => remember(hash.toString('base64'), null),
    forgetAll: () => known.clear(),
  }
}
