/**
 * What to do about a failure, decided once, at the boundary where it comes in (`kafka/errors.ts`, `postgres/errors.ts`, config):
 * - `exit`: a person has to change something; say it in one line and stop
 * - `retry`: it passes by itself; wait and do it again
 * - `reject`: this input will never work; keep it with its reason and go on
 * - `crash`: unknown; drop all memory and start the process again
 */
export type Disposition = 'exit' | 'retry' | 'reject' | 'crash'

/** A failure that a person has to mend. Its message is one line that says what to do. */
export class ExitError extends Error {
  override readonly name = 'ExitError'
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof AggregateError) || error.errors.length === 0) {
    // `Connection to kafka1:9092 failed.` tells who; its cause tells why.
    const reason = error.cause instanceof Error ? messageOf(error.cause) : ''
    return error.message.includes(reason) ? error.message : `${error.message} ${reason}`
  }
  // A failed connect to several addresses has an empty message of its own.
  if (error.message === '') return error.errors.map(messageOf).join('; ')
  // `metadata failed 201 times.` tells a person nothing; the last of those failures does.
  const cause = messageOf(error.errors.at(-1))
  return error.message.includes(cause) ? error.message : `${error.message} ${cause}`
}
