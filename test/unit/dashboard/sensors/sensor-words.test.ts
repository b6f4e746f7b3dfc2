import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SensorEventShown } from '../../../../src/contract/history-api.ts'
import { eventInWords, learnedInWords } from '../../../../src/dashboard/sensors/sensor-words.ts'

test('how much is learned is never told too high', () => {
  assert.deepEqual([null, 0, 0.409, 0.999, 1].map((learned) => learnedInWords({ learned })),
    ['nothing yet', 'learning, 0 %', 'learning, 40 %', 'learning, 99 %', 'learned'])
})

test('what somebody did says what changed', () => {
  const told = (event: SensorEventShown['event'], old: SensorEventShown['old_values'], since: SensorEventShown['new_values']): string => (
    eventInWords({ event, old_values: old, new_values: since, event_id: 1, occurred_at: '', actor: '', reason: '' }))
  assert.deepEqual([
    told('renamed', { name: null }, { name: 'a' }), told('renamed', { name: 'a' }, { name: 'b' }), told('renamed', { name: 'b' }, { name: null }),
    told('replaced', { serial: null }, { serial: '1' }), told('replaced', { serial: '1' }, { serial: '2', sends_as: 'x' }),
    told('decommissioned', {}, {}), told('recommissioned', {}, {}),
  ], [
    'Named “a”', 'Renamed from “a” to “b”', 'Name “b” taken away', 'Replaced by “1”', 'Replaced by “2”, before that “1”; it sends as “x”',
    'Decommissioned', 'Back in service',
  ])
})
