import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterParts, formatList, formatSensor, parsePlace } from '../../../../src/dashboard/sensors/place.ts'

const ALL = { search: '', type: '', machine: '', status: '', sort: 'id' }

test('an address names a sensor and a time, or a page of the list; what makes no sense is left out', () => {
  assert.deepEqual(parsePlace(''), { id: null, page: 1, filter: ALL })
  assert.deepEqual(parsePlace('#id=temp%2F1&span=7d'), { id: 'temp/1', span: '7d' })
  assert.deepEqual(parsePlace('#id=x&span=2y'), { id: 'x', span: '1h' })
  assert.deepEqual(parsePlace('#search=%20a%20b%20&type=vibration&status=decommissioned&sort=alarms&page=3'),
    { id: null, page: 3, filter: { ...ALL, search: 'a b', type: 'vibration', status: 'decommissioned', sort: 'alarms' } })
  assert.deepEqual(parsePlace('#type=x&status=x&sort=x&page=-2'), { id: null, page: 1, filter: ALL })
})

test('what is written is read again', () => {
  assert.deepEqual(parsePlace(formatSensor('a&b=#1', '24h')), { id: 'a&b=#1', span: '24h' })
  const filter = { ...ALL, machine: 'press 12', sort: 'newest' }
  assert.deepEqual(parsePlace(formatList(filter, 2)), { id: null, page: 2, filter })
  assert.equal(formatList(ALL), '#')
  assert.deepEqual(filterParts(filter), { machine: 'press 12', sort: 'newest' })
})
