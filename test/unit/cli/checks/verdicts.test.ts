import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conclusion } from '../../../../src/cli/checks/verdicts.ts'

const result = (name: string, ok: boolean, detail = ''): Parameters<typeof conclusion>[0][number] => ({ group: 'Kafka', name, ok, detail, seconds: 0 })

test('the last line names what failed', () => {
  assert.equal(conclusion([result('a', true), result('b', true)], 3.14), 'All 2 checks passed in 3.1 s')
  assert.equal(conclusion([result('a', true), result('b', false), result('c', false)], 1), '2 of 3 checks failed: Kafka b; Kafka c')
  assert.equal(conclusion([result('b', false), result('c', false, 'not checked: b failed')], 1), '2 of 2 checks failed: Kafka b; 1 not checked')
})
