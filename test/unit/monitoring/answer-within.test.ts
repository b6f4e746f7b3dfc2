import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { NoLeaderError } from '../../../src/kafka/errors.ts'
import { answerWithin } from '../../../src/monitoring/answer-within.ts'
import { UnavailableError } from '../../../src/monitoring/poller.ts'
import { RequestError } from '../../../src/monitoring/request-error.ts'

describe('an answer', () => {
  test('that is late is said to be so, and the work for it ends', async () => {
    const ended = Promise.withResolvers<unknown>()
    const begunMs = performance.now()
    await assert.rejects(answerWithin(50, async (late) => {
      late.addEventListener('abort', () => { ended.resolve(late.reason) })
      await ended.promise
      // Its failure comes too late to be told.
      throw new Error('ended')
    }), (error) => error instanceof UnavailableError && error.message === 'Kafka: no answer within 50 ms')
    assert.ok(performance.now() - begunMs < 5_000)
    assert.ok(await ended.promise instanceof UnavailableError)
  })

  test('in time is passed on, and its signal is left alone', async () => {
    const { promise: signal, resolve } = Promise.withResolvers<AbortSignal>()
    assert.equal(await answerWithin(20, async (late) => {
      resolve(late)
      return 'x'
    }), 'x')
    await sleep(60)
    assert.equal((await signal).aborted, false)
  })

  test('that fails is unavailable where Kafka is the reason; else the failure is passed on', async () => {
    await assert.rejects(answerWithin(60_000, () => Promise.reject(new NoLeaderError('no leader'))),
      (error) => error instanceof UnavailableError && error.message === 'Kafka: no leader')
    const wrong = new RequestError(404, 'no such topic')
    await assert.rejects(answerWithin(60_000, () => Promise.reject(wrong)), wrong)
    const unknown = new Error('a bug')
    await assert.rejects(answerWithin(60_000, () => Promise.reject(unknown)), unknown)
  })
})
