import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterOf, filterParts } from '../../../../src/dashboard/alarms/history-filter.ts'

test('the filter is in the address, and what makes no sense is left out', () => {
  const parts = { open: 'false', priority: 'high', rule: 'stale_signal', sensor: 'temp-1', machine: 'm&1', sort: 'priority' }
  assert.deepEqual(filterParts(filterOf(new URLSearchParams(parts))), parts)
  assert.deepEqual(filterParts(filterOf(new URLSearchParams('open=perhaps&priority=urgent&rule=none&sort=colour&sensor=+'))), { sort: 'raised_at' })
  assert.equal(filterOf(new URLSearchParams({ sensor: 'x'.repeat(300) })).sensor.length, 255)
})
