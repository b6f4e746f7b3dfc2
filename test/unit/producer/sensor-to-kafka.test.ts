import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkError, ProtocolError } from '@platformatic/kafka'
import type { KafkaProducer } from '../../../src/kafka/producer.ts'
import { startSensorToKafka } from '../../../src/producer/sensor-to-kafka.ts'
import type { SensorToKafka, SensorToKafkaOptions } from '../../../src/producer/sensor-to-kafka.ts'
import { recordingLog } from './recording-log.ts'
import type { LogLine } from './recording-log.ts'

/**
 * What a broker does is tested with real brokers in test/integration; here are the answers that a real one can't be made to give
 * when they are wanted. The errors are the client's own.
 */
interface Broker {
  /** Sequences in the order in which they were acknowledged. */
  readonly written: number[]
  clients: number
  /** Called before each write; what it throws is the answer. */
  answer: (sequences: readonly number[]) => void | Promise<void>
}

function createBroker(): Broker {
  return { written: [], clients: 0, answer: () => undefined }
}

function clientOf(broker: Broker): KafkaProducer {
  broker.clients++
  let inFlight = false
  return {
    async send(messages) {
      assert.ok(!inFlight, 'two batches in flight')
      inFlight = true
      try {
        const sequences = messages.map(({ value }) => Number(value))
        await broker.answer(sequences)
        await sleep(1)
        broker.written.push(...sequences)
      } finally {
        inFlight = false
      }
    },
    close: async () => undefined,
  }
}

function start(context: TestContext, broker: Broker, options: Partial<SensorToKafkaOptions> = {}): { path: SensorToKafka, lines: () => LogLine[] } {
  const { log, lines } = recordingLog()
  const path = startSensorToKafka({
    signal: { next: () => ({ value: 1, quality: 1 }) }, encode: (sequence) => String(sequence), sensorId: 's', topic: 't',
    samplingIntervalMs: 5, bufferMax: 1_000, createProducer: () => clientOf(broker), prepareTopic: async () => undefined,
    onAcknowledged: () => undefined, log, ...options,
  })
  context.after(async () => path.stop(0))
  return { path, lines }
}

async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; !condition(); wait += 5) {
    assert.ok(wait < 10_000, 'waited 10 s in vain')
    await sleep(5)
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

test('every reading is acknowledged once, in order', async (context) => {
  const broker = createBroker()
  const { path } = start(context, broker)
  await until(() => path.counts.acknowledged >= 30)
  await path.stop(5_000)
  assert.deepEqual(broker.written, upTo(path.counts.made))
  assert.deepEqual(path.counts, { made: path.counts.made, acknowledged: path.counts.made, buffered: 0, dropped: 0 })
})

test('readings made during a failure are kept, and sent in order after it; each change is logged once', async (context) => {
  const broker = createBroker()
  const { path, lines } = start(context, broker)
  await until(() => path.counts.acknowledged >= 5)
  broker.answer = () => { throw new NetworkError('connection refused') }
  await until(() => path.counts.buffered >= 50)
  assert.ok(lines().length >= 1)
  await sleep(1_200)
  broker.answer = () => undefined
  await until(() => path.counts.buffered < 5)
  await path.stop(5_000)
  assert.deepEqual(broker.written, upTo(path.counts.made))
  assert.deepEqual(lines().map(({ level, msg }) => [level, msg]), [
    ['warn', 'Kafka does not acknowledge; readings are kept'],
    ['info', 'Kafka acknowledges again, the kept readings are sent'],
  ])
})

test('a client that never answers is told of after three seconds', async (context) => {
  const broker = createBroker()
  broker.answer = async () => sleep(60_000, undefined, { ref: false })
  const { path, lines } = start(context, broker)
  await sleep(2_500)
  assert.equal(lines().length, 0)
  await until(() => lines().length === 1)
  await path.stop(50)
  assert.equal(path.counts.acknowledged, 0)
  assert.equal(path.counts.buffered, path.counts.made)
})

test('when the buffer is full the oldest are given up, and their sequences are missing in the topic', async (context) => {
  const broker = createBroker()
  broker.answer = () => { throw new NetworkError('connection refused') }
  const { path } = start(context, broker, { bufferMax: 20 })
  await until(() => path.counts.made >= 60)
  broker.answer = () => undefined
  await until(() => path.counts.buffered < 5)
  await path.stop(5_000)
  assert.equal(path.counts.made, path.counts.acknowledged + path.counts.dropped)
  assert.ok(path.counts.dropped >= 40)
  const { written } = broker
  assert.deepEqual(written, written.toSorted((a, b) => a - b))
  assert.deepEqual(written.slice(-20), upTo(path.counts.made).slice(-20))
})

test('a reading that Kafka refuses for good is dropped alone, and the others pass', async (context) => {
  const broker = createBroker()
  const poisoned = new Set([1, 40, 41, 77])
  let open = false
  broker.answer = (sequences) => {
    if (!open) throw new NetworkError('not yet')
    if (sequences.some((sequence) => poisoned.has(sequence))) throw new ProtocolError('MESSAGE_TOO_LARGE')
  }
  const { path, lines } = start(context, broker)
  await until(() => path.counts.made >= 100)
  open = true
  await until(() => path.counts.buffered < 5)
  await path.stop(5_000)
  assert.deepEqual(broker.written, upTo(path.counts.made).filter((sequence) => !poisoned.has(sequence)))
  assert.equal(path.counts.dropped, 4)
  assert.equal(lines().filter(({ level }) => level === 'error').length, 4)
})

test('an unknown failure costs the client, not the readings', async (context) => {
  const broker = createBroker()
  const { path, lines } = start(context, broker)
  let failures = 2
  broker.answer = () => { if (failures-- > 0) throw new RangeError('a mistake inside the client') }
  await until(() => path.counts.acknowledged >= 30)
  await path.stop(5_000)
  assert.equal(broker.clients, 3)
  assert.deepEqual(broker.written, upTo(path.counts.made))
  assert.equal(lines().filter(({ level }) => level === 'error').length, 2)
})

test('a failure that a person has to mend ends the sending', async (context) => {
  const broker = createBroker()
  broker.answer = () => { throw new ProtocolError('TOPIC_AUTHORIZATION_FAILED') }
  const { path } = start(context, broker)
  await assert.rejects(path.failed, ProtocolError)
  await path.stop(50)
})

test('the topic is made before the first reading is sent, and the readings wait for it', async (context) => {
  const broker = createBroker()
  let attempts = 0
  const { path } = start(context, broker, {
    prepareTopic: async () => {
      assert.equal(broker.written.length, 0)
      if (++attempts < 3) throw new NetworkError('connection refused')
    },
  })
  await until(() => path.counts.acknowledged >= 5)
  await path.stop(5_000)
  assert.equal(attempts, 3)
  assert.deepEqual(broker.written, upTo(path.counts.made))
})

test('a stop gives what is left the time to be acknowledged, and no more', async (context) => {
  const broker = createBroker()
  broker.answer = async () => sleep(300)
  const patient = start(context, broker).path
  await until(() => patient.counts.made >= 20)
  await patient.stop(5_000)
  assert.equal(patient.counts.buffered, 0)

  broker.answer = () => { throw new NetworkError('connection refused') }
  const hopeless = start(context, broker).path
  await until(() => hopeless.counts.made >= 20)
  const began = performance.now()
  await hopeless.stop(400)
  assert.ok(performance.now() - began < 700)
  assert.equal(hopeless.counts.buffered, hopeless.counts.made)
})
