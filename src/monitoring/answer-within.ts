import { classifyKafka } from '../kafka/errors.ts'
import { reasonOf } from './kafka-state.ts'
import { UnavailableError } from './poller.ts'
import { RequestError } from './request-error.ts'

/**
 * What Kafka answers in time. Rejects with an `UnavailableError` when it is late or Kafka can't be asked; what nobody expected, and what is
 * said to the caller already, is passed on. `late` is aborted for work that only this caller waits for; work that is shared goes on, and
 * ends by the client's own time limits.
 */
export async function answerWithin<T>(withinMs: number, work: (late: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new UnavailableError(`Kafka: no answer within ${withinMs} ms`)
    controller.abort(error)
    reject(error)
  }, withinMs)
  try {
    return await Promise.race([work(controller.signal), late])
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof RequestError || classifyKafka(error) === 'crash') throw error
    throw new UnavailableError(`Kafka: ${reasonOf(error)}`)
  } finally {
    clearTimeout(timer)
  }
}
