import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaMessage, KafkaMessages } from '../../../../src/contract/kafka-api.ts'
import { MOST_LIVE, firstList, placeOf, withLive, withMore } from '../../../../src/dashboard/kafka/message-list.ts'

const message = (offset: number): KafkaMessage => ({ partition: 0, offset, timestamp: '', key: null, value: null, headers: [] })
const answer = (offsets: readonly number[], older: string | null, newer: string | null): KafkaMessages => ({
  topic: 't', messages: offsets.map(message), older, newer, searched: { messages: 10, complete: false }, partitions: [], failures: [],
})
const placesOf = (list: { messages: readonly KafkaMessage[] }): string[] => list.messages.map(placeOf)

describe('the list of messages', () => {
  test('grows at both ends, the newest first', () => {
    const list = firstList(answer([5, 4], '0:4', '0:6'))
    const older = withMore(list, 'older', answer([3, 2], '0:2', '0:4'), true)
    const both = withMore(older, 'newer', answer([6, 7], '0:6', '0:8'), true)
    assert.deepEqual(placesOf(both), ['0/7', '0/6', '0/5', '0/4', '0/3', '0/2'])
    assert.deepEqual([both.older, both.newer, both.searched], ['0:2', '0:8', 30])
  })

  test('grows at both ends, the oldest first', () => {
    const list = firstList(answer([4, 5], '0:4', '0:6'))
    const both = withMore(withMore(list, 'older', answer([3, 2], null, '0:4'), false), 'newer', answer([6, 7], '0:6', '0:8'), false)
    assert.deepEqual(placesOf(both), ['0/2', '0/3', '0/4', '0/5', '0/6', '0/7'])
    assert.deepEqual([both.older, both.newer], [null, '0:8'])
  })

  test('takes what comes on top, and keeps so many', () => {
    const list = withLive(firstList(answer([1, 0], '0:0', '0:2')), { messages: [message(2), message(3)], skipped: 0, newer: '0:4' })
    assert.deepEqual([placesOf(list), list.newer], [['0/3', '0/2', '0/1', '0/0'], '0:4'])
    const full = withLive(list, { messages: Array.from({ length: MOST_LIVE }, (_, index) => message(4 + index)), skipped: 0, newer: '0:504' })
    assert.deepEqual([full.messages.length, full.messages.at(-1)?.offset, full.older], [MOST_LIVE, 4, null])
  })
})
