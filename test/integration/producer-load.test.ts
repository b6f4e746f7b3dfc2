import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLoad } from '../../bench/load/load.ts'
import type { LoadRecord } from '../../bench/load/load.ts'
import { isRejection, parseReading } from '../../src/contract/reading.ts'
import { SENSOR_TYPE_NAMES } from '../../src/contract/sensor-types.ts'
import { createLog } from '../../src/runtime/log.ts'
import { testTopics } from '../harness/plant.ts'
import { readTopic } from './producer-topic.ts'

const log = createLog('load', 'silent')

/** Every reading of the record is in the topic once, in the order of its sensor, and valid. */
async function assertInTopic(brokers: readonly string[], topic: string, record: LoadRecord): Promise<void> {
  const next = new Map(record.sensors.map(({ sensorId }) => [sensorId, 1]))
  const types = new Set<string>()
  const messages = await readTopic(brokers, topic)
  assert.equal(messages.length, record.made)
  for (const { key, value } of messages) {
    const reading = parseReading(value, { oldestUs: 0, newestUs: Date.now() * 1000 })
    assert.ok(!isRejection(reading), JSON.stringify(reading))
    assert.equal(reading.sensorId, key)
    assert.equal(reading.epoch, record.epoch)
    assert.equal(reading.sequence, next.get(reading.sensorId))
    next.set(reading.sensorId, (reading.sequence ?? 0) + 1)
    types.add(reading.sensorType)
  }
  for (const { sensorId, acknowledged, unknown, refused, unsent } of record.sensors) {
    assert.deepEqual({ acknowledged, unknown, refused, unsent }, { acknowledged: [[1, (next.get(sensorId) ?? 0) - 1]], unknown: [], refused: [], unsent: [] })
  }
  assert.deepEqual([...types].sort(), SENSOR_TYPE_NAMES.toSorted())
}

test('a steady load keeps its rate, and records what was acknowledged', async () => {
  const { brokers, topics } = await testTopics()
  const load = startLoad({ brokers, topic: topics.sensor, sensors: 20, ratePerS: 1_000, durationS: 3, seed: '1', log })
  const record = await load.done
  assert.equal(record.made, 3_000)
  assert.equal(record.heldBack, false)
  assert.ok(record.seconds > 2.9 && record.seconds < 6, `${record.seconds} s`)
  await assertInTopic(brokers, topics.sensor, record)
})

test('a load as fast as possible makes as many as wanted', async () => {
  const { brokers, topics } = await testTopics()
  const record = await startLoad({ brokers, topic: topics.sensor, sensors: 50, ratePerS: 'max', count: 30_000, seed: '1', log }).done
  assert.equal(record.counts.acknowledged, 30_000)
  await assertInTopic(brokers, topics.sensor, record)
})

test('a load can be ended at any time', async () => {
  const { brokers, topics } = await testTopics()
  const load = startLoad({ brokers, topic: topics.sensor, sensors: 50, ratePerS: 'max', seed: '1', log })
  while (load.counts.acknowledged < 5_000) await new Promise((resolve) => { setTimeout(resolve, 5) })
  const record = await load.stop()
  assert.equal(record.counts.acknowledged, record.made)
  await assertInTopic(brokers, topics.sensor, record)
})
