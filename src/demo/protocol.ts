import type { DemoService } from '../contract/demo-api.ts'

/** What the monitoring service may ask of whoever runs the services: one line of JSON for each connection, answered by one. */
export type DemoRequest =
  | { readonly command: 'list' }
  | { readonly command: 'kill' | 'revive', readonly service: string }

/**
 * `unknown`: there is no such service, or it may not be killed. `state`: it is not in a state for that. `malformed`: this is no request.
 * `failed`: it could not be done.
 */
export type DemoProblem = 'unknown' | 'state' | 'malformed' | 'failed'

export type DemoAnswer =
  | { readonly type: 'done', readonly run: string, readonly services: readonly DemoService[] }
  | { readonly type: 'refused', readonly problem: DemoProblem, readonly message: string }

export const MAX_REQUEST_BYTES = 1024

const KILLABLE = /^(kafka[1-3]|postgres|(temperature|vibration|energy)-sensor|consumer-([1-9]|1\d|2[0-4]))$/

/** Never the monitoring service itself: the page from which it could be revived would be gone. */
export function mayBeKilled(name: string): boolean {
  return KILLABLE.test(name)
}

/** Null: it is none. */
export function parseRequest(line: string): DemoRequest | null {
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof given !== 'object' || given === null) return null
  const { command, service } = given as { readonly command?: unknown, readonly service?: unknown }
  if (command === 'list') return { command }
  return (command === 'kill' || command === 'revive') && typeof service === 'string' ? { command, service } : null
}
