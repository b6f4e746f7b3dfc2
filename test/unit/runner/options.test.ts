import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExitError } from '../../../src/runtime/errors.ts'
import { readOptions } from '../../runner/options.ts'
import { PHASES } from '../../runner/phases.ts'
import { failedOutcome, summaryLine } from '../../runner/results.ts'
import type { Outcome } from '../../runner/results.ts'

function names(...args: readonly string[]): string[] | undefined {
  return readOptions(args)?.phases.map((phase) => phase.name)
}

const DEFAULT = PHASES.filter((phase) => phase.name !== 'docker')

test('without options all phases run but the one that needs Docker', () => {
  assert.deepEqual(names(), DEFAULT.map((phase) => phase.name))
  assert.equal(DEFAULT.length, PHASES.length - 1)
  assert.deepEqual(names('--only', 'docker'), ['docker'])
})

test('--only takes names, in the order of the phases', () => {
  assert.deepEqual(names('--only', 'unit'), ['unit'])
  assert.deepEqual(names('--only', 'unit,lint', '--only=e2e'), ['lint', 'unit', 'e2e'])
})

test('with a part of a path only phases of files run', () => {
  assert.deepEqual(names('reading'), DEFAULT.filter((phase) => 'folder' in phase).map((phase) => phase.name))
  assert.deepEqual(readOptions(['reading', 'alarm'])?.filters, ['reading', 'alarm'])
})

test('--help is no run', () => assert.equal(readOptions(['--help']), undefined))

test('a wrong argument is one line that says what there is', () => {
  const says = (text: string) => (error: unknown): boolean => error instanceof ExitError && error.message.includes(text)
  assert.throws(() => readOptions(['--only', 'units']), says('there is no phase "units"; there are lint, types'))
  assert.throws(() => readOptions(['--fast']), says('--fast'))
})

test('the last line has no more than it must', () => {
  const passed: Outcome = { passed: 3, failures: [], skipped: [], seconds: 1, notes: [] }
  assert.equal(summaryLine([passed, passed]), '6 passed, 0 failed')
  assert.equal(summaryLine([passed, failedOutcome('x', 'y')]), '3 passed, 1 failed')
  assert.equal(summaryLine([{ ...passed, skipped: ['on macOS'] }]), '3 passed, 0 failed, 1 skipped')
  assert.equal(summaryLine([]), '0 passed, 0 failed')
})
