import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaTail } from '../../src/contract/kafka-api.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { KafkaProducer } from '../../src/kafka/producer.ts'
import { readFrames } from '../../src/runtime/event-stream.ts'
import { testDatabase, testTopics } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { startClient } from './monitoring-client.ts'
import type { MonitoringClient } from './monitoring-client.ts'

interface TailEvent {
  readonly event: string
  readonly data: KafkaTail
}

interface Tail {
  readonly events: TailEvent[]
  readonly response: Response
  /** The values of all messages so far. */
  values(): string[]
  until(what: string, isSo: () => boolean): Promise<void>
  stop(): void
}

async function plantOf(owner: Owner): Promise<{ api: MonitoringClient, topic: string, producer: KafkaProducer, send: (...values: string[]) => Promise<void> }> {
  const [{ brokers, topics }, { databaseUrl }] = await Promise.all([testTopics(), testDatabase(owner)])
  const api = await startClient(owner, databaseUrl, { brokers, topic: topics.sensor })
  // The database is dropped before the service is closed, which must have seen it by then.
  await api.get('/health')
  const producer = createKafkaProducer({ brokers, clientId: 'test' })
  owner.after(() => producer.close())
  return {
    api, producer, topic: topics.sensor,
    send: (...values) => producer.send(values.map((value) => ({ topic: topics.sensor, partition: 0, value: Buffer.from(value) }))),
  }
}

async function follow(owner: Owner, api: MonitoringClient, query: string): Promise<Tail> {
  const gone = new AbortController()
  owner.after(() => gone.abort())
  const response = await fetch(`${api.url}/api/kafka/tail?${query}`, { signal: gone.signal })
  assert.equal(response.status, 200)
  const events: TailEvent[] = []
  // It ends with the service or with the test; what is missing then is missed by who waits for it.
  collect(response, events).catch(() => {})
  return {
    events, response,
    values: () => events.filter(({ event }) => event === 'messages').flatMap(({ data }) => data.messages.map(({ value }) => value?.text ?? '')),
    async until(what, isSo) {
      const begunMs = performance.now()
      while (!isSo()) {
        assert.ok(performance.now() - begunMs < 15_000, `${what}; came: ${JSON.stringify(events).slice(0, 500)}`)
        await sleep(20)
      }
    },
    stop: () => gone.abort(),
  }
}

async function collect(response: Response, events: TailEvent[]): Promise<void> {
  for await (const frame of readFrames(response.body as ReadableStream<Uint8Array>)) {
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? []
    events.push({ event, data: JSON.parse(data) as KafkaTail })
  }
}

describe('the tail of a topic', () => {
  test('shows what is added after the connect, within a second, and beats', async (t) => {
    const { api, topic, send } = await plantOf(t)
    await send('before')
    const tail = await follow(t, api, `topic=${topic}`)
    assert.match(tail.response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    await sleep(1_500)
    const begunMs = performance.now()
    await send('one', 'two')
    await tail.until('the messages come', () => tail.values().length === 2)
    const tookMs = performance.now() - begunMs
    t.diagnostic(`shown ${Math.round(tookMs)} ms after they were sent`)
    assert.ok(tookMs < 3_000, `${tookMs} ms`)
    assert.deepEqual(tail.values(), ['one', 'two'])
    await tail.until('it beats', () => tail.events.filter(({ event }) => event === 'heartbeat').length > 1)
  })

  test('goes on where an answer ended, and shows only what is searched for', async (t) => {
    const { api, topic, send } = await plantOf(t)
    await send('a', 'b')
    const { newer } = await api.read<{ newer: string }>(`/api/kafka/messages?topic=${topic}`)
    await send('missed', 'not this', 'missed, too')
    const tail = await follow(t, api, `topic=${topic}&search=MISSED&after=${newer}`)
    await tail.until('what was missed comes', () => tail.values().length === 2)
    assert.deepEqual(tail.values(), ['missed', 'missed, too'])
    const next = tail.events.find(({ event }) => event === 'messages')?.data.newer
    assert.equal(next?.split(',')[0], '0:5')
  })

  test('skips what comes too fast, and counts it', async (t) => {
    const { api, topic, producer, send } = await plantOf(t)
    const tail = await follow(t, api, `topic=${topic}&partition=0`)
    await sleep(1_500)
    const count = 20_000
    await producer.send(Array.from({ length: count }, (_, index) => ({ topic, partition: 0, value: Buffer.from(String(index)) })))
    await send('the last')
    await tail.until('the end comes', () => tail.values().includes('the last'))
    const skipped = tail.events.filter(({ event }) => event === 'messages').reduce((sum, { data }) => sum + data.skipped, 0)
    assert.ok(skipped > 15_000, `${skipped} skipped`)
    assert.equal(tail.values().length + skipped, count + 1)
  })

  test('has room for eight; a place is free again when one leaves', async (t) => {
    const { api, topic } = await plantOf(t)
    const tails = await Promise.all(Array.from({ length: 8 }, () => follow(t, api, `topic=${topic}`)))
    const refused = await api.get(`/api/kafka/tail?topic=${topic}`)
    assert.deepEqual([refused.status, refused.body], [503, { error: '8 others follow topics just now; try again later' }])
    tails[0]?.stop()
    const begunMs = performance.now()
    for (;;) {
      const gone = new AbortController()
      const { status } = await fetch(`${api.url}/api/kafka/tail?topic=${topic}`, { signal: gone.signal })
      gone.abort()
      if (status === 200) break
      assert.ok(performance.now() - begunMs < 5_000, 'the place is not free again')
      await sleep(50)
    }
  })
})
