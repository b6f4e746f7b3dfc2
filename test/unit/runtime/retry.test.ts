import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withRetry } from '../../../src/runtime/retry.ts'
import type { RetryOptions } from '../../../src/runtime/retry.ts'

const always: RetryOptions = { classify: () => 'retry', firstWaitMs: 1, maxWaitMs: 2 }

/** An operation that fails so many times before it gives 'done', and counts its calls. */
function failing(times: number, error: Error = new Error('not yet')): { operation: () => Promise<string>, calls: () => number } {
  let calls = 0
  return {
    calls: () => calls,
    operation: async () => {
      if (++calls <= times) throw error
      return 'done'
    },
  }
}

describe('withRetry', () => {
  test('gives the result of the first call that works', async () => {
    const { operation, calls } = failing(0)
    assert.equal(await withRetry(operation, always), 'done')
    assert.equal(calls(), 1)
  })

  test('repeats as long as the error passes by itself', async () => {
    const { operation, calls } = failing(5)
    assert.equal(await withRetry(operation, always), 'done')
    assert.equal(calls(), 6)
  })

  for (const disposition of ['exit', 'reject', 'crash'] as const) {
    test(`throws an error of the kind "${disposition}" at once, unchanged`, async () => {
      const error = new Error('final')
      const { operation, calls } = failing(9, error)
      await assert.rejects(withRetry(operation, { classify: () => disposition }), (thrown) => thrown === error)
      assert.equal(calls(), 1)
    })
  }

  test('waits longer each time, at most maxWaitMs, and never the same for all', async () => {
    const waits: number[] = []
    const { operation } = failing(8)
    const onRetry = (_error: unknown, attempt: number, waitMs: number): void => { waits[attempt - 1] = waitMs }
    await withRetry(operation, { classify: () => 'retry', firstWaitMs: 2, maxWaitMs: 16, onRetry })
    assert.equal(waits.length, 8)
    for (const [index, waitMs] of waits.entries()) {
      const full = Math.min(16, 2 * 2 ** index)
      assert.ok(waitMs >= full / 2 && waitMs <= full, `attempt ${index + 1} waited ${waitMs} ms, wanted is ${full / 2} to ${full}`)
    }
  })

  test('throws the reason of a signal that was aborted before', async () => {
    const { operation, calls } = failing(0)
    await assert.rejects(withRetry(operation, { ...always, signal: AbortSignal.abort('enough') }), (thrown) => thrown === 'enough')
    assert.equal(calls(), 0)
  })

  test('throws the reason of a signal that is aborted during a wait, and does not wait on', async () => {
    const aborting = new AbortController()
    const reason = new Error('stopping')
    const started = performance.now()
    await assert.rejects(withRetry(failing(9).operation, {
      classify: () => 'retry', firstWaitMs: 60_000, maxWaitMs: 60_000, signal: aborting.signal, onRetry: () => setImmediate(() => aborting.abort(reason)),
    }), (thrown) => thrown === reason)
    assert.ok(performance.now() - started < 5_000)
  })
})
