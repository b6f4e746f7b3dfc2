import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DemoService } from '../../contract/demo-api.ts'
import { DemoUnreachableError, askDemo } from '../../demo/demo-client.ts'
import type { DemoAnswer, DemoProblem, DemoRequest } from '../../demo/protocol.ts'
import { insertAudit } from '../../postgres/audit-log.ts'
import { useDemoToken } from '../../postgres/demo-tokens.ts'
import { inTransaction } from '../../postgres/pool.ts'
import type { Log } from '../../runtime/log.ts'
import type { Access } from '../access/access.ts'
import { hashOf } from '../access/credential-check.ts'
import { databaseCall } from '../access/database-call.ts'
import { limitKey } from '../access/limit-key.ts'
import { createRateLimit } from '../access/rate-limit.ts'
import { readCookie, seal, setCookie, unseal } from '../access/session-cookie.ts'
import { UnavailableError } from '../poller.ts'
import { RequestError } from '../request-error.ts'
import type { RequestStatus } from '../request-error.ts'
import { shareRead } from '../shared-read.ts'
import { createLateAudit } from './late-audit.ts'

/** Services are killed and revived from the page, by whoever has exchanged the token. */
export interface Demo {
  /** Whether a request comes from the holder. PostgreSQL isn't asked, for it may be what was killed. */
  allows(request: FastifyRequest): Promise<boolean>
  services(): Promise<readonly DemoService[]>
  /** Uses the token up, and gives the reply the holder's cookie. */
  begin(token: string, request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Returns the services as they are then. `actor`: the account of whoever asks, where there is one. */
  act(command: 'kill' | 'revive', service: string, request: FastifyRequest, actor: string | null): Promise<readonly DemoService[]>
  close(): Promise<void>
}

export interface DemoOptions {
  /** DEMO_SOCKET */
  readonly socket: string
  readonly access: Pick<Access, 'pool' | 'ready' | 'keyOf'>
  readonly log: Log
  /** Whether we are reached by TLS. */
  readonly secure: boolean
}

/** What the holder's cookie says, signed. */
interface DemoTicket {
  /** Of the entries in the audit log that belong together. */
  readonly id: string
  /** The start of the system for which it is good. */
  readonly run: string
  /** Milliseconds since 1970. */
  readonly endsAtMs: number
}

const COOKIE = 'factory_demo'
const SESSION_S = 8 * 3600
/** Of tokens, by address. A guess has 256 bits, so this only spares the database and its audit log. */
const WRONG_TOKENS = { most: 10, windowMs: 5 * 60_000 }
const LIST_WITHIN_MS = 3_000
const ACT_WITHIN_MS = 11_000
/** All viewers ask once in a second. */
const LIST_AGE_MS = 400

const NEW_ONE = 'make all DEMO=1 prints a new one'
const REFUSED = {
  used: `this token was used already; ${NEW_ONE}`, expired: `this token is older than an hour; ${NEW_ONE}`,
  unknown: `this token is not known, or a newer one has replaced it; ${NEW_ONE}`,
} as const
const STATUSES: Readonly<Partial<Record<DemoProblem, RequestStatus>>> = { unknown: 404, state: 409 }

export function createDemo({ socket, access, log, secure }: DemoOptions): Demo {
  const { pool } = access
  const audit = createLateAudit(pool, log)
  const wrongTokens = createRateLimit(WRONG_TOKENS)
  const newList = () => shareRead(() => done({ command: 'list' }, LIST_WITHIN_MS), LIST_AGE_MS)
  let list = newList()

  async function done(request: DemoRequest, withinMs: number): Promise<Extract<DemoAnswer, { type: 'done' }>> {
    const answer = await askDemo(socket, request, withinMs).catch((error: unknown) => {
      if (!(error instanceof DemoUnreachableError)) throw error
      throw new UnavailableError(`the demonstration can not be reached: ${error.message}`)
    })
    if (answer.type === 'done') return answer
    const status = STATUSES[answer.problem]
    throw status === undefined ? new UnavailableError(answer.message) : new RequestError(status, answer.message)
  }

  async function ticketOf(request: FastifyRequest): Promise<DemoTicket | null> {
    const cookie = readCookie(request.headers.cookie, secure, COOKIE)
    const ticket = cookie === undefined || !access.ready ? null : unseal(cookie, access.keyOf(COOKIE)) as DemoTicket | null
    return ticket !== null && ticket.endsAtMs > Date.now() && ticket.run === (await list()).run ? ticket : null
  }

  return {
    allows: async (request) => await ticketOf(request) !== null,
    services: async () => (await list()).services,
    async begin(token, { ip: address }, reply) {
      // Before the answer is known, so that many at once don't get more.
      wrongTokens.take(limitKey(address))
      const key = access.keyOf(COOKIE)
      // The token isn't used up in vain.
      const { run } = await list()
      const id = randomBytes(6).toString('base64url')
      const result = await databaseCall(() => inTransaction(pool, async (client) => {
        const used = await useDemoToken(client, hashOf(token))
        const [outcome, detail] = used === 'done' ? ['done', id] as const : ['refused', `token ${used}`] as const
        await insertAudit(client, { actor: null, action: 'demo.session', target: null, address, outcome, detail })
        return used
      }))
      if (result !== 'done') throw new RequestError(401, REFUSED[result])
      const ticket: DemoTicket = { id, run, endsAtMs: Date.now() + SESSION_S * 1000 }
      reply.header('set-cookie', setCookie(seal(ticket, key), SESSION_S, secure, COOKIE))
    },
    async act(command, service, request, actor) {
      const detail = (await ticketOf(request))?.id ?? null
      const record = { actor, action: `demo.${command}`, target: service, address: request.ip }
      try {
        const { services } = await done({ command, service }, ACT_WITHIN_MS)
        audit.add({ ...record, outcome: 'done', detail })
        return services
      } catch (error) {
        // What was asked for in vain, because of a wrong name or state, changed nothing.
        if (error instanceof UnavailableError) audit.add({ ...record, outcome: 'done', detail: `${detail}: outcome not known: ${error.message}` })
        throw error
      } finally {
        // What was read before it isn't shown any more.
        list = newList()
      }
    },
    close: () => audit.close(),
  }
}
