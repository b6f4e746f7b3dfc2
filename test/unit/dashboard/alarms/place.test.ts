import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPlace, parsePlace } from '../../../../src/dashboard/alarms/place.ts'

test('the address says which part is shown and what it begins with', () => {
  const hash = formatPlace('settings', { sensor: 'a&b=c', rule: undefined, on_delay_ms: '3000' })
  assert.equal(hash, '#tab=settings&sensor=a%26b%3Dc&on_delay_ms=3000')
  const { tab, given } = parsePlace(hash)
  assert.deepEqual([tab, Object.fromEntries(given)], ['settings', { sensor: 'a&b=c', on_delay_ms: '3000' }])
  assert.equal(parsePlace('').tab, 'open')
  assert.equal(parsePlace('#tab=nonsense').tab, 'open')
})
