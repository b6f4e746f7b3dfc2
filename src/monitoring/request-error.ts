export type RequestStatus = 400 | 401 | 403 | 404 | 409 | 421

/** What the caller has to change. The message says what is allowed; Fastify answers with the status. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly statusCode: RequestStatus

  constructor(statusCode: RequestStatus, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}
