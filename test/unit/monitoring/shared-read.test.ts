import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { shareRead } from '../../../src/monitoring/shared-read.ts'

describe('a shared reading', () => {
  test('is made once for all who ask meanwhile, and for those who ask soon after', async () => {
    let reads = 0
    let nowMs = 0
    const gate = Promise.withResolvers<void>()
    const ask = shareRead(async () => {
      await gate.promise
      return ++reads
    }, 1_000, () => nowMs)
    const asked = [ask(), ask()]
    gate.resolve()
    assert.deepEqual(await Promise.all(asked), [1, 1])
    nowMs = 999
    assert.equal(await ask(), 1)
    nowMs = 1_000
    assert.equal(await ask(), 2)
  })

  test('that fails fails for those who waited, and is made again for the next', async () => {
    let fails = true
    const ask = shareRead(async () => {
      if (fails) throw new Error('away')
      return 'there'
    }, 1_000)
    await Promise.all([assert.rejects(ask(), /away/), assert.rejects(ask(), /away/)])
    fails = false
    assert.equal(await ask(), 'there')
  })
})
