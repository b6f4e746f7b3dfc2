import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Progress } from '../../../src/local/supervisor/protocol.ts'
import { allOf, onceUntilFailed, oneAtATime, step } from '../../../src/local/supervisor/steps.ts'

describe('steps', () => {
  test('each reports its end, or its failure', async () => {
    const reported: Progress[] = []
    const report = (progress: Progress): void => { reported.push(progress) }
    await step(report, 'Kafka ready', () => Promise.resolve())
    await assert.rejects(step(report, 'Page built', () => Promise.reject(new Error('no space'))), { name: 'ExitError', message: 'Page built: no space' })
    assert.deepEqual(reported.map(({ label, failure }) => [label, failure]), [['Kafka ready', undefined], ['Page built', 'no space']])
  })

  test('a failure waits for the others, and comes once', async () => {
    let ended = false
    const slow = new Promise<void>((resolve) => setTimeout(() => { ended = true; resolve() }, 50))
    const failure = new Error('PostgreSQL is gone')
    await assert.rejects(allOf([Promise.reject(failure), Promise.reject(failure), Promise.reject(new Error('Kafka too')), slow]),
      { name: 'ExitError', message: 'PostgreSQL is gone\nKafka too' })
    assert.equal(ended, true)
  })

  test('work is done once, and again only after it failed', async () => {
    let calls = 0
    const work = onceUntilFailed(async (fails: boolean) => {
      await Promise.resolve()
      calls++
      if (fails) throw new Error('no')
      return calls
    })
    await Promise.all([assert.rejects(work(true)), assert.rejects(work(true))])
    assert.deepEqual(await Promise.all([work(false), work(false)]), [2, 2])
    assert.equal(await work(true), 2)
  })

  test('what is asked again waits for what was asked before, also where that failed', async () => {
    const seen: string[] = []
    const work = oneAtATime(async (name: string) => {
      seen.push(`${name} begins`)
      await new Promise((resolve) => { setImmediate(resolve) })
      seen.push(`${name} ends`)
      if (name === 'a') throw new Error('no')
    })
    const first = assert.rejects(work('a'), { message: 'no' })
    await Promise.all([first, work('b'), work('c')])
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })
})
