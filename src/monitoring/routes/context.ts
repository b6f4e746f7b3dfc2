import { errorSchema } from '../../contract/api.ts'
import type { PostgresToHttp } from '../postgres-to-http.ts'
import type { Stream } from '../stream.ts'

/** What the routes answer from. */
export interface RouteContext {
  readonly source: Pick<PostgresToHttp, 'read' | 'check' | 'watch'>
  readonly stream: Stream
}

/** The failures that every path of the API has in common. */
export const failures = { 503: { ...errorSchema, description: 'the database does not answer; the error says why' } }
