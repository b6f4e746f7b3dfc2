import { Type } from 'typebox'
import type { Calendar } from '../../calendar/calendar.ts'
import { errorSchema } from '../../contract/api.ts'
import type { KafkaDeadLetters } from '../../contract/kafka-api.ts'
import { MAX_NAME_LENGTH } from '../../contract/reading.ts'
import type { AlarmReader } from '../alarms.ts'
import type { Exporter } from '../export/exporter.ts'
import type { ReadHistory } from '../history.ts'
import type { KafkaExplorer } from '../kafka-explorer.ts'
import type { PostgresToHttp } from '../postgres-to-http.ts'
import type { SensorDirectory } from '../sensor-directory.ts'
import type { Stream } from '../stream.ts'
import type { AskWhatIf } from '../what-if.ts'

/** What the routes answer from. */
export interface RouteContext {
  readonly source: Pick<PostgresToHttp, 'read' | 'check' | 'watch'>
  readonly stream: Stream
  readonly kafka: Omit<KafkaExplorer, 'close'>
  readonly deadLetters: () => Promise<KafkaDeadLetters>
  readonly sensors: SensorDirectory
  readonly history: ReadHistory
  readonly exporter: Exporter
  readonly alarms: AlarmReader
  readonly whatIf: AskWhatIf
  readonly calendar: Calendar
}

/** The failures that every path of the API has in common; those that everybody may ask only answer 401 to a token that isn't taken. */
export const failures = {
  401: { ...errorSchema, description: 'nobody is logged in, or the token is not taken' },
  503: { ...errorSchema, description: 'the database does not answer; the error says why' },
}
const wrongParameter = { 400: { ...errorSchema, description: 'a parameter is wrong; the error says what is allowed' } }
/** Of those that take parameters. */
export const readingFailures = { ...wrongParameter, ...failures }
/** Of those about one sensor. */
export const sensorFailures = { ...readingFailures, 404: { ...errorSchema, description: 'there is no such sensor' } }
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

export const sensorPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, description: 'sensor_id' }) })
export const spanQuery = {
  from: Type.Optional(Type.String({ format: 'date-time', description: 'begin; an hour before `to` unless told' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'end, not included; now unless told' })),
}

/** Of those that ask for more than reading. */
export const guardedFailures = {
  ...wrongParameter,
  403: { ...errorSchema, description: 'the role does not allow it' },
  ...failures,
}
/** Of those that change something. */
export const changeFailures = {
  ...guardedFailures,
  403: { ...errorSchema, description: 'the role does not allow it, or the request may come from another site' },
  429: { ...errorSchema, description: 'too many attempts; Retry-After says how many seconds to wait' },
}
