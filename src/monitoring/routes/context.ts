import { Type } from 'typebox'
import { errorSchema } from '../../contract/api.ts'
import type { KafkaDeadLetters } from '../../contract/kafka-api.ts'
import type { KafkaExplorer } from '../kafka-explorer.ts'
import type { PostgresToHttp } from '../postgres-to-http.ts'
import type { Stream } from '../stream.ts'

/** What the routes answer from. */
export interface RouteContext {
  readonly source: Pick<PostgresToHttp, 'read' | 'check' | 'watch'>
  readonly stream: Stream
  readonly kafka: Omit<KafkaExplorer, 'close'>
  readonly deadLetters: () => Promise<KafkaDeadLetters>
}

/** The failures that every path of the API has in common; those that everybody may ask only answer 401 to a token that isn't taken. */
export const failures = {
  401: { ...errorSchema, description: 'nobody is logged in, or the token is not taken' },
  503: { ...errorSchema, description: 'the database does not answer; the error says why' },
}
/** The same of the paths that ask Kafka. */
export const kafkaFailures = {
  401: failures[401],
  503: { ...errorSchema, description: 'Kafka does not answer, or too much is asked at once; the error says which' },
}

export const topicQuery = Type.String({ minLength: 1, maxLength: 249, description: 'Kafka topic' })
export const partitionQuery = Type.Integer({ minimum: 0, maximum: 999_999, description: 'partition of the topic' })
export const searchQuery = Type.String({
  minLength: 1, maxLength: 200, description: 'only messages whose key, value or headers contain this, in whatever case',
})

/** Of those that ask for more than reading. */
export const guardedFailures = {
  400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' },
  403: { ...errorSchema, description: 'the role does not allow it' },
  ...failures,
}
/** Of those that change something. */
export const changeFailures = {
  ...guardedFailures,
  403: { ...errorSchema, description: 'the role does not allow it, or the request may come from another site' },
  429: { ...errorSchema, description: 'too many attempts; Retry-After says how many seconds to wait' },
}
