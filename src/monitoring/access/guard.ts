import type { FastifyReply, FastifyRequest } from 'fastify'
import { insertAudit } from '../../postgres/audit-log.ts'
import type { App } from '../app.ts'
import type { Demo } from '../demo/demo.ts'
import { RequestError } from '../request-error.ts'
import type { Access, Caller } from './access.ts'
import { databaseCall } from './database-call.ts'
import { limitKey } from './limit-key.ts'
import { createOpenAnswers } from './open-answers.ts'
import { createHostCheck } from './own-host.ts'
import { createRateLimit } from './rate-limit.ts'
import { ROUTE_ACCESS, mayDo, routeName } from './route-table.ts'
import type { Least } from './route-table.ts'
import { foreignOrigin } from './same-origin.ts'

export interface GuardOptions {
  /** Null: nobody can log in, so everything may be read and nothing changed. */
  readonly access: Access | null
  /** Absent or null: there is none. */
  readonly demo?: Pick<Demo, 'allows'> | null
  /** Resolves when the database was read after the call, and rejects with what is to be answered when it can't be. */
  readonly untilRead: () => Promise<void>
  /** Names of this service beside its address and those without a dot: MONITORING_ALLOWED_HOSTS. */
  readonly allowedHosts: readonly string[]
}

const READER: Caller = { account: null, role: 'viewer', endsAtMs: null, credential: null }
const READING = new Set(['GET', 'HEAD'])
/** Requests that change something, by address. Reading is shared among all who ask, so it isn't limited. */
const CHANGES = { most: 120, windowMs: 60_000 }
/** Before the database was read for the first time it says only that it wasn't. */
const STREAM = 'GET /api/stream'
const LOGIN = 'POST /api/login'
/** Open to everybody, and yet about whoever asks. */
const ABOUT_THE_CALLER = new Set(['GET /api/session', 'POST /api/logout'])

const NEEDS_TOKEN = 'this needs the token that make all DEMO=1 prints'

const callers = new WeakMap<FastifyRequest, Caller>()

/** Who makes a request that the guard has let in. */
export function callerOf(request: FastifyRequest): Caller {
  return callers.get(request) ?? { ...READER, role: null }
}

/**
 * The door of every route: who may pass is in the table of routes, and a route that isn't there fails the start. To be called before any
 * route is added.
 */
export function guardRoutes(app: App, { access, demo, untilRead, allowedHosts }: GuardOptions): void {
  const changes = createRateLimit(CHANGES)
  const checkHost = createHostCheck(allowedHosts)
  const openAnswers = createOpenAnswers((error) => app.log.error({ err: error }, 'a session could not be checked'))
  if (access !== null) access.onChange = () => openAnswers.recheck()

  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      const name = routeName(each, url)
      if (!Object.hasOwn(ROUTE_ACCESS, name)) throw new Error(`nobody said who may do ${name}; add it to access/route-table.ts`)
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request.headers.host)
    if (request.is404) return
    const name = routeName(request.method, request.routeOptions.url ?? '')
    const least = ROUTE_ACCESS[name]
    if (least === undefined) throw new RequestError(403, 'nobody may do this')
    if (!READING.has(request.method)) checkChange(request)
    // It would end without a cookie: what signs it was not read yet.
    if (access !== null && name === LOGIN) await untilReady(access)
    if (least === 'everybody' && !ABOUT_THE_CALLER.has(name)) return
    const caller = access === null ? READER : await identify(access, name, request, reply)
    callers.set(request, caller)
    if (least === 'demo') {
      if (await demo?.allows(request) !== true) await refuse(caller, name, least, request)
      return
    }
    if (!mayDo(caller.role, least)) await refuse(caller, name, least, request)
    // Before it is ready only streams are let in, which then say nothing of the plant.
    if (access !== null && least !== 'everybody') openAnswers.add(reply.raw, async () => !access.ready || mayDo(await access.roleNow(caller), least))
  })
  app.addHook('onClose', () => openAnswers.close())

  function checkChange(request: FastifyRequest): void {
    changes.take(limitKey(request.ip))
    const problem = request.headers.authorization === undefined ? foreignOrigin(request.headers) : null
    if (problem !== null) throw new RequestError(403, problem)
  }

  async function identify(known: Access, name: string, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const { authorization, cookie } = request.headers
    const nobody = authorization === undefined && cookie === undefined
    if (!known.ready && !(nobody && known.anonymousMayRead)) {
      if (nobody && name === STREAM) return READER
      await untilReady(known)
    }
    return known.identify(request, reply)
  }

  async function untilReady(known: Access): Promise<void> {
    // Whichever comes first: a round of reading more would cost everybody who comes at the start another 200 ms.
    if (!known.ready) await Promise.race([known.whenReady, untilRead()])
  }

  async function refuse(caller: Caller, name: string, least: Least, request: FastifyRequest): Promise<never> {
    if (caller.account === null) throw new RequestError(401, least === 'demo' ? NEEDS_TOKEN : 'log in first')
    if (access !== null && !READING.has(request.method)) {
      const attempt = { actor: caller.account, action: name, target: null, address: request.ip, outcome: 'refused' as const, detail: `needs ${least}` }
      await databaseCall(() => insertAudit(access.pool, attempt))
    }
    throw new RequestError(403, least === 'demo' ? NEEDS_TOKEN : `this needs the role ${least}; yours is ${caller.role}`)
  }
}
