import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaMessages, KafkaTail } from '../../../src/contract/kafka-api.ts'
import { followTopic } from '../../../src/monitoring/kafka-tail.ts'
import { UnavailableError } from '../../../src/monitoring/poller.ts'

const LAYOUT = { topic: 't', topicId: 'i', internal: false, partitions: [{ partition: 0, leader: 1, replicas: [1], inSyncReplicas: [1] }] }
const answer = (newer: string, end: number): KafkaMessages => ({
  topic: 't', messages: [], older: null, newer, searched: { messages: 0, complete: true }, partitions: [{ partition: 0, first_offset: 0, end_offset: end }], failures: [],
})

async function follow(ready: boolean, messages: () => Promise<KafkaMessages>, ms: number): Promise<{ sent: KafkaTail[], complaints: string[] }> {
  const [sent, complaints, gone]: [KafkaTail[], string[], AbortController] = [[], [], new AbortController()]
  const following = followTopic(
    { layout: async () => LAYOUT, messages }, { topic: 't', partition: null, search: null, after: new Map([[0, 5]]) },
    { ready, send: (tail) => { sent.push(tail) }, complain: (error) => { complaints.push(error) } }, gone.signal)
  await Promise.race([sleep(ms), following])
  gone.abort()
  await following
  return { sent, complaints }
}

describe('a tail', () => {
  test('that is far behind goes on near the end, and counts what it left out', async () => {
    const { sent } = await follow(true, async () => answer('0:105', 10_000), 50)
    assert.deepEqual(sent, [{ messages: [], skipped: 10_000 - 100 - 105, newer: '0:9900' }])
  })

  test('reads nothing for a viewer that takes nothing', async () => {
    let reads = 0
    await follow(false, async () => {
      reads++
      return answer('0:5', 5)
    }, 50)
    assert.equal(reads, 0)
  })

  test('complains while Kafka does not answer, and tries again', async () => {
    let reads = 0
    const { complaints } = await follow(true, async () => {
      reads++
      throw new UnavailableError('Kafka: away')
    }, 1_300)
    assert.deepEqual([reads, complaints], [2, ['Kafka: away', 'Kafka: away']])
  })

  test('ends with what nobody expected', async () => {
    await assert.rejects(follow(true, async () => { throw new TypeError('bug') }, 50), /bug/)
  })
})
