import type { ApiError } from '../contract/api.ts'
import type { Session } from '../contract/access-api.ts'
import { AskError, NO_ANSWER, ask, sentence } from './kafka/ask.ts'

export function readSession(): Promise<Session> {
  return ask<Session>('./api/session')
}

/** Rejects with an `AskError` whose message can be shown. */
export async function logIn(name: string, password: string): Promise<void> {
  await post('./api/login', { name, password })
}

export async function logOut(): Promise<void> {
  await post('./api/logout')
}

/** The JSON that is answered, if any. Rejects with an `AskError` whose message can be shown. */
export function post<T = void>(path: string, body?: object): Promise<T> {
  return send<T>('POST', path, body)
}

/** As `post`. */
export function put<T = void>(path: string, body: object): Promise<T> {
  return send<T>('PUT', path, body)
}

/** As `post`. */
export function patch<T = void>(path: string, body: object): Promise<T> {
  return send<T>('PATCH', path, body)
}

async function send<T>(method: string, path: string, body: object | undefined): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      // No page of another origin can send it, so the service knows that it is ours.
      headers: { 'x-factory-request': '1', ...body === undefined ? {} : { 'content-type': 'application/json' } },
      body: body === undefined ? null : JSON.stringify(body), signal: AbortSignal.timeout(12_000),
    })
  } catch {
    throw new AskError(NO_ANSWER)
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
  const { error } = await response.json().catch(() => ({})) as Partial<ApiError>
  throw new AskError(sentence(error ?? `The service answers ${response.status}`))
}
