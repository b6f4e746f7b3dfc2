import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaMessage } from '../../../src/contract/kafka-api.ts'
import { mergeByTime } from '../../../src/kafka/merge-by-time.ts'
import type { Scan } from '../../../src/kafka/scan-partition.ts'

const message = (partition: number, offset: number, second: number, size = 1): KafkaMessage => ({
  partition, offset, timestamp: new Date(second * 1_000).toISOString(), key: null, headers: [],
  value: { encoding: 'utf8', text: 'x'.repeat(size), size_bytes: size, truncated: false },
})
const scan = (position: number, ...found: KafkaMessage[]): Scan => ({ found, searched: found.length, position })
const placesOf = (messages: readonly KafkaMessage[]): string[] => messages.map(({ partition, offset }) => `${partition}:${offset}`)
const ALL = { most: 10, mostBytes: 1_000 }

describe('messages of several partitions', () => {
  const scans = new Map([[0, scan(9, message(0, 5, 1), message(0, 6, 4))], [1, scan(4, message(1, 1, 2), message(1, 3, 3))]])

  test('stand in the order of their times, and all that was scanned is reached', () => {
    const { messages, reached } = mergeByTime(scans, false, ALL)
    assert.deepEqual([placesOf(messages), [...reached]], [['0:5', '1:1', '1:3', '0:6'], [[0, 9], [1, 4]]])
    assert.deepEqual(placesOf(mergeByTime(scans, true, ALL).messages), ['0:6', '1:3', '1:1', '0:5'])
  })

  test('that are too many are left for the next answer', () => {
    const forward = mergeByTime(scans, false, { ...ALL, most: 2 })
    assert.deepEqual([placesOf(forward.messages), [...forward.reached]], [['0:5', '1:1'], [[0, 6], [1, 3]]])
    const backward = mergeByTime(scans, true, { ...ALL, most: 2 })
    assert.deepEqual([placesOf(backward.messages), [...backward.reached]], [['0:6', '1:3'], [[0, 6], [1, 2]]])
  })

  test('keep the order of their log, whatever the times say', () => {
    const odd = new Map([[0, scan(3, message(0, 0, 9), message(0, 1, 1), message(0, 2, 5))], [1, scan(1, message(1, 0, 7))]])
    const { messages, reached } = mergeByTime(odd, false, { ...ALL, most: 2 })
    assert.deepEqual([placesOf(messages), [...reached]], [['1:0', '0:0'], [[0, 1], [1, 1]]])
  })

  test('are as many as the answer holds, one at least', () => {
    const large = new Map([[0, scan(3, message(0, 0, 0, 2_000), message(0, 1, 1), message(0, 2, 2))]])
    const { messages, reached } = mergeByTime(large, false, ALL)
    assert.deepEqual([placesOf(messages), [...reached]], [['0:0'], [[0, 1]]])
  })
})
