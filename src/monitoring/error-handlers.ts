import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { messageOf } from '../runtime/errors.ts'
import { TooManyError } from './access/rate-limit.ts'
import type { App } from './app.ts'
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

/** 405 where the path exists for another method, 404 where it doesn't exist; a page says how it is built when it isn't. */
export function handleNotFound(app: App) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?', 1)[0] ?? ''
    if (request.method !== 'GET' && request.method !== 'HEAD' && app.hasRoute({ method: 'GET', url: path })) {
      return reply.code(405).header('allow', 'GET, HEAD').send({ error: `${request.method} is not allowed here; use GET` })
    }
    // It exists, so only its file can be missing.
    if (path in PAGES) return reply.type('text/html; charset=utf-8').send(NOT_BUILT)
    return reply.code(404).send({ error: `nothing is at ${path}` })
  }
}
