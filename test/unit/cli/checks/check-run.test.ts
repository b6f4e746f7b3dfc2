import assert from 'node:assert/strict'
import { test } from 'node:test'
import { both, createCheckRun } from '../../../../src/cli/checks/check-run.ts'
import type { CheckResult } from '../../../../src/cli/checks/check-run.ts'

test('a check passes, fails by what it sees, or can\'t see; what needs it is made when something was seen', async () => {
  const shown: CheckResult[] = []
  const run = createCheckRun(new AbortController().signal, (result) => { shown.push(result) }, 50)
  const good = await run.check('A', 'good', async () => 1, (seen) => `saw ${seen}`)
  const wrong = await run.check('A', 'wrong', async () => 2, (seen) => { throw new Error(`${seen} is\n too many`) })
  const blind = await run.check('A', 'blind', () => Promise.reject<number>(new Error('nobody there')), () => 'unseen')
  const late = await run.check('A', 'late', () => new Promise<number>(() => {}), () => 'unseen')
  for (const needed of [wrong, late]) await run.checkWith(needed, 'B', `after ${needed.name}`, async (seen) => seen, (seen) => `still ${seen}`)
  await run.checkWith(both(good, blind), 'B', 'after both', async (seen) => seen, (seen) => `still ${seen.join()}`)

  assert.deepEqual(shown.map(({ group, name, ok, detail }) => [group, name, ok, detail]), [
    ['A', 'good', true, 'saw 1'],
    ['A', 'wrong', false, '2 is too many'],
    ['A', 'blind', false, 'nobody there'],
    ['A', 'late', false, 'no answer within 0.05 s'],
    ['B', 'after wrong', true, 'still 2'],
    ['B', 'after late', false, 'not checked: late failed'],
    ['B', 'after both', false, 'not checked: blind failed'],
  ])
  assert.deepEqual(run.results, shown)
  assert.ok((shown[3]?.seconds ?? 0) >= 0.04)
  assert.deepEqual([both(good, wrong).seen, both(blind, good).name], [[1, 2], 'blind'])
})

test('after an interrupt nothing is begun', async () => {
  const controller = new AbortController()
  const run = createCheckRun(controller.signal, () => {})
  const waiting = run.check('A', 'one', () => new Promise<null>(() => {}), () => '')
  controller.abort()
  await run.checkWith(await waiting, 'A', 'two', async () => assert.fail('begun'), () => '')
  assert.deepEqual(run.results.map(({ ok, detail }) => [ok, detail]), [[false, 'not checked: interrupted'], [false, 'not checked: interrupted']])
})
