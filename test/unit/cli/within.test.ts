import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LateError, within } from '../../../src/cli/within.ts'

const never = (): Promise<never> => new Promise(() => {})

test('work that is late is given up, and told so', async () => {
  let told: AbortSignal | undefined
  await assert.rejects(within(20, new AbortController().signal, (signal) => {
    told = signal
    return never()
  }), (error) => error instanceof LateError && error.message === 'no answer within 0.02 s')
  assert.equal(told?.aborted, true)
  assert.equal(await within(1_000, new AbortController().signal, async () => 'done'), 'done')
  await assert.rejects(within(1_000, new AbortController().signal, async () => { throw new Error('own') }), /own/)
})

test('an interrupt ends it at once', async () => {
  const controller = new AbortController()
  const startedMs = performance.now()
  const waiting = within(5_000, controller.signal, never)
  controller.abort()
  await assert.rejects(waiting)
  assert.ok(performance.now() - startedMs < 1_000)
  await assert.rejects(within(5_000, controller.signal, async () => assert.fail('it must not begin')), { name: 'AbortError' })
})
