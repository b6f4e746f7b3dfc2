import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { messageOf } from '../runtime/errors.ts'
import { TooManyError } from './access/rate-limit.ts'
import type { App } from './app.ts'
import { watchMethods } from './path-methods.ts'
import { UnavailableError } from './poller.ts'
import { NOT_BUILT, PAGES } from './routes/dashboard.ts'

/** `{error: message}` with the right status. What went wrong inside is for the log alone. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof UnavailableError) return reply.code(503).header('retry-after', '1').send({ error: error.message })
  const status = (error as FastifyError).statusCode ?? 500
  if (error instanceof TooManyError) reply.header('retry-after', String(error.retryAfterS))
  // What else would let it in; no browser asks for that by itself.
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status < 500) return reply.code(status).send({ error: messageOf(error) })
  request.log.error({ err: error, method: request.method, url: request.url }, 'a request failed')
  return reply.code(500).send({ error: 'internal error; the log has the details' })
}

/** 404; a page says how it is built when it isn't. */
export function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request)
  // It exists, so only its file can be missing.
  if (path in PAGES) return reply.type('text/html; charset=utf-8').send(NOT_BUILT)
  return reply.code(404).send({ error: `nothing is at ${path}` })
}

/** 405 where a path is there for other methods, before its body is looked at. To be called before any route is added. */
export function refuseWrongMethods(app: App): void {
  const methodsOf = watchMethods(app)
  app.addHook('onRequest', async (request, reply) => {
    // What no other route takes, the one for the page's files does.
    if (!request.is404 && request.routeOptions.url !== '/*') return
    const methods = methodsOf(pathOf(request))
    if (methods.length === 0 || methods.includes(request.method)) return
    const useful = methods.filter((method) => method !== 'HEAD').join(', ')
    return reply.code(405).header('allow', methods.join(', ')).send({ error: `${request.method} is not allowed here; use ${useful}` })
  })
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}
