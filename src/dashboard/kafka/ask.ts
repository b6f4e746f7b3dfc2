import type { ApiError } from '../../contract/api.ts'

/** What the service, or Kafka behind it, has to say against a question. */
export class AskError extends Error {
  override readonly name = 'AskError'
}

const ANSWER_WITHIN_MS = 12_000
export const NO_ANSWER = 'The monitoring service does not answer.'

/** The JSON of a path. Rejects with an `AskError` whose message can be shown, or with the signal's reason. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS)
  let response: Response
  let body: unknown
  try {
    response = await fetch(path, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) })
    body = await response.json()
  } catch {
    signal?.throwIfAborted()
    throw new AskError(NO_ANSWER)
  }
  if (!response.ok) throw new AskError(sentence((body as Partial<ApiError>).error ?? `The service answers ${response.status}`))
  return body as T
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
