import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../../bench/load/load.ts'
import type { LoadRecord } from '../../bench/load/load.ts'
import { countOf } from '../../bench/load/record.ts'
import type { Reading } from '../../src/contract/reading.ts'
import { topicSettings } from '../../src/contract/topics.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import type { KafkaCluster } from '../../src/local/kafka/cluster.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { readConfig } from '../../src/producer/config.ts'
import { startProducer } from '../../src/producer/service.ts'
import type { Producer } from '../../src/producer/service.ts'
import { createLog } from '../../src/runtime/log.ts'
import { readTopic } from './producer-topic.ts'

/** What one outage of all brokers did to producers that it met at different moments. All times are those of one run. */
interface Outage {
  readonly cluster: KafkaCluster
  /** It ran before, during and after. */
  readonly steady: Producer
  readonly acknowledgedInOutage: number
  readonly madeInOutage: number
  /** It was started while the brokers were dead, with a buffer of 50. */
  readonly early: Producer
  readonly earlyAcknowledgedInOutage: number
  /** As early, on a topic that takes some three readings in a batch. */
  readonly small: Producer
  /** It was stopped while the brokers were dead. */
  readonly gone: Producer
  readonly goneCloseMs: number
  /** Many sensors at 500 readings a second, ended while the brokers were dead. */
  readonly load: LoadRecord
}

let outage: Outage
/** Also when a test fails in the middle: a producer goes on for ever. */
const cleanUps: (() => Promise<void>)[] = []
before(async () => { outage = await runOutage() })
after(async () => { for (const cleanUp of cleanUps.toReversed()) await cleanUp() })

async function runOutage(): Promise<Outage> {
  const cluster = await startKafkaCluster({ dir: mkdtempSync(join(tmpdir(), 'factory-producer-')), brokers: 1 })
  cleanUps.push(() => cluster.remove())
  await makeTopic(cluster, 'small', 1_500)
  const steady = await start(cluster, 'steady')
  const gone = await start(cluster, 'gone')
  await makeTopic(cluster, 'load', 4_000_000)
  const running = startLoad({ brokers: cluster.brokers, topic: 'load', sensors: 10, ratePerS: 500, seed: '1', drainS: 1, log: createLog('load', 'silent') })
  await until('the load flows', () => running.counts.acknowledged >= 500)
  await until('the first readings are acknowledged', () => steady.counts.acknowledged >= 10 && gone.counts.acknowledged >= 10)

  await cluster.killBroker(1)
  const atKill = steady.counts
  const early = await start(cluster, 'early', { PRODUCER_BUFFER_MAX: '50' })
  const small = await start(cluster, 'small')
  await until('readings pile up', () => steady.counts.buffered >= 150 && gone.counts.buffered >= 20)
  const began = performance.now()
  const [load] = await Promise.all([running.stop(), gone.close()])
  const goneCloseMs = performance.now() - began
  await until('the small buffer is full', () => early.counts.dropped >= 60)
  const inOutage = { acknowledgedInOutage: steady.counts.acknowledged - atKill.acknowledged, madeInOutage: steady.counts.made - atKill.made }
  const earlyAcknowledgedInOutage = early.counts.acknowledged

  await cluster.startBrokerAgain(1)
  for (const producer of [steady, early, small]) {
    await until('the kept readings are acknowledged', () => producer.counts.acknowledged > 0 && producer.counts.buffered < 5)
    await producer.close()
  }
  return { cluster, steady, ...inOutage, early, earlyAcknowledgedInOutage, small, gone, goneCloseMs, load }
}

/** Its database is down all the time, which must not matter to its readings. */
async function start(cluster: KafkaCluster, topic: string, env: Record<string, string> = {}): Promise<Producer> {
  const [closedPort] = await freePorts(1)
  const config = readConfig({
    SENSOR_ID: `sensor of ${topic}`, SENSOR_TYPE: 'vibration', SAMPLING_INTERVAL: '0.02', SENSOR_TOPIC: topic,
    KAFKA_BROKERS: cluster.brokers.join(), DATABASE_URL: `postgresql://nobody:nothing@127.0.0.1:${closedPort}/none`, ...env,
  })
  const producer = await startProducer(config, createLog('producer', 'silent'))
  cleanUps.push(() => producer.close())
  return producer
}

/** A topic with a limit of its own for the size of a batch, in bytes. */
async function makeTopic(cluster: KafkaCluster, name: string, maxBatchBytes: number): Promise<void> {
  const [settings] = topicSettings(name, 'alerts')
  assert.ok(settings !== undefined)
  const configs = { ...settings.configs, 'max.message.bytes': String(maxBatchBytes) }
  await ensureTopics({ brokers: cluster.brokers, clientId: 'test' }, [{ ...settings, configs }])
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 40_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, `waited 40 s in vain: ${what}`)
    await sleep(20)
  }
}

/** The sequences of the topic's readings in the order of their offsets; all must be of one sensor, in one partition. */
async function sequencesOf(topic: string, producer: Producer): Promise<number[]> {
  const messages = await readTopic(outage.cluster.brokers, topic)
  assert.equal(new Set(messages.map((message) => message.partition)).size, 1)
  return messages.map(({ key, value }) => {
    const reading = JSON.parse(value.toString()) as Reading
    assert.equal(key, `sensor of ${topic}`)
    assert.equal(reading.sensor_id, key)
    assert.equal(reading.metadata?.producer_epoch, producer.epoch)
    assert.equal(reading.metadata.reading_count, reading.metadata.sequence)
    return Number(reading.metadata.sequence)
  })
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

test('readings made while the brokers are dead are kept, and all arrive once and in order when they are back', async () => {
  const { steady, acknowledgedInOutage, madeInOutage } = outage
  assert.ok(acknowledgedInOutage <= 1, `${acknowledgedInOutage} readings acknowledged by a dead broker`)
  assert.ok(madeInOutage >= 140, `only ${madeInOutage} readings made in the outage`)
  const { made } = steady.counts
  assert.deepEqual(steady.counts, { made, acknowledged: made, buffered: 0, dropped: 0 })
  assert.deepEqual(await sequencesOf('steady', steady), upTo(made))
})

test('past PRODUCER_BUFFER_MAX the oldest readings are given up, and missing in the topic by their numbers', async () => {
  const { made, acknowledged, buffered, dropped } = outage.early.counts
  assert.equal(outage.earlyAcknowledgedInOutage, 0)
  assert.equal(buffered, 0)
  assert.equal(made, acknowledged + dropped)
  const sequences = await sequencesOf('early', outage.early)
  assert.equal(sequences.length, acknowledged)
  assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b))
  // A tenth of the buffer can have been in flight, so that younger ones were dropped instead.
  assert.deepEqual(sequences.slice(-45), upTo(made).slice(-45))
})

test('where the topic takes only small batches, the readings go in small batches', async () => {
  const { made, dropped } = outage.small.counts
  assert.equal(dropped, 0)
  assert.deepEqual(await sequencesOf('small', outage.small), upTo(made))
})

test('a stop while Kafka is gone takes the five seconds of the flush, and leaves what was not acknowledged', async () => {
  const { gone, goneCloseMs } = outage
  assert.ok(goneCloseMs > 4_900 && goneCloseMs < 8_000, `closed in ${goneCloseMs} ms`)
  assert.ok(gone.counts.buffered >= 20)
  assert.equal(gone.counts.made, gone.counts.acknowledged + gone.counts.buffered)
  const sequences = await sequencesOf('gone', gone)
  assert.deepEqual(sequences, upTo(sequences.length))
})

test('a load that ends in the outage knows which of its readings must be in the topic, may be, and can\'t be', async () => {
  const { load, cluster } = outage
  const sequences = Map.groupBy((await readTopic(cluster.brokers, 'load')).map(({ value }) => JSON.parse(value.toString()) as Reading),
    (reading) => reading.sensor_id)
  const { acknowledged, unknown, refused, unsent } = load.counts
  assert.ok(acknowledged >= 500 && unknown > 0 && unsent > 0 && refused === 0, JSON.stringify(load.counts))
  assert.equal(acknowledged + unknown + unsent, load.made)
  for (const sensor of load.sensors) {
    const stored = (sequences.get(sensor.sensorId) ?? []).map((reading) => Number(reading.metadata?.sequence))
    assert.deepEqual(stored, upTo(stored.length))
    assert.deepEqual(sensor.acknowledged, [[1, countOf(sensor.acknowledged)]])
    assert.ok(stored.length >= countOf(sensor.acknowledged))
    assert.ok(stored.length <= countOf(sensor.acknowledged) + countOf(sensor.unknown))
    // Made in turn, so no sensor is ahead of another by more than one.
    const made = countOf([...sensor.acknowledged, ...sensor.unknown, ...sensor.unsent])
    assert.ok(Math.abs(made - load.made / 10) < 1, `${made} of ${load.made}`)
  }
})

test('a reading that Kafka will never take is dropped and counted, and the producer lives on', async () => {
  await makeTopic(outage.cluster, 'never', 100)
  const producer = await start(outage.cluster, 'never')
  await until('readings are refused', () => producer.counts.dropped >= 20)
  await producer.close()
  const { made } = producer.counts
  assert.deepEqual(producer.counts, { made, acknowledged: 0, buffered: 0, dropped: made })
  assert.deepEqual(await readTopic(outage.cluster.brokers, 'never'), [])
})
