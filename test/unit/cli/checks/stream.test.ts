import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeSections } from '../../../../src/cli/checks/stream.ts'
import type { StreamSection } from '../../../../src/contract/stream.ts'

test('a stream without its sections is named, and so is one of another shape', () => {
  assert.throws(() => judgeSections(new Map()), /^Error: no event: health, status, /)
  const wrong = new Map<StreamSection, unknown>([
    'health', 'status', 'consumers', 'producers', 'partitions', 'metrics', 'alerts', 'alarms', 'rebalances', 'ledger',
  ].map((section) => [section as StreamSection, 7]))
  assert.throws(() => judgeSections(wrong), /^Error: health: .+; status: .+; consumers: /)
})
