/** What the caller has to change. The message says what is allowed; Fastify answers with the status. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly statusCode: 400 | 404

  constructor(statusCode: 400 | 404, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}
