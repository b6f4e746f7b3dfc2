import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Reading } from '../../src/contract/reading.ts'
import { readConfig } from '../../src/fleet/config.ts'
import type { ProgressCounts } from '../../src/fleet/progress.ts'
import { startFleet } from '../../src/fleet/service.ts'
import type { Fleet } from '../../src/fleet/service.ts'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { createLog } from '../../src/runtime/log.ts'
import { eventually } from './consumer-bench.ts'
import { readTopic } from './producer-topic.ts'

const ROOT = join(import.meta.dirname, '../..')

test('through an outage of Kafka readings are kept, the oldest are dropped where they are too many, and none comes twice', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
  const cluster = await startKafkaCluster({ dir: join(folder, 'kafka'), brokers: 1 })
  t.after(async () => {
    await cluster.remove()
    rmSync(folder, { recursive: true })
  })
  const [closedPort] = await freePorts(1)
  // Of a sensor that drops out there would be nothing to count.
  const healthy = join(folder, 'healthy.yaml')
  writeFileSync(healthy, readFileSync(join(ROOT, 'fleet.yaml'), 'utf8').replace('share: 0.01', 'share: 0'))

  /** Its database is down all the time, which must not matter to its readings. */
  function start(topic: string, ratePerS: number): Fleet {
    const fleet = startFleet(readConfig(
      ['--plant', healthy, '--truth', join(folder, `${topic}.jsonl`), '--sensors', '200', '--rate', String(ratePerS)],
      {
        KAFKA_BROKERS: cluster.brokers.join(','), SENSOR_TOPIC: topic, FLEET_BUFFER_MB: '16',
        DATABASE_URL: `postgresql://nobody:nothing@127.0.0.1:${closedPort}/none`,
      }), createLog('fleet', 'silent'), () => {})
    t.after(() => fleet.close())
    return fleet
  }

  async function assertInTopic(topic: string, counts: ProgressCounts): Promise<number> {
    const messages = await readTopic(cluster.brokers, topic)
    assert.equal(messages.length, counts.acknowledged)
    const newest = new Map<string, number>()
    let gaps = 0
    for (const { key, value } of messages) {
      const { sensor_id, metadata } = JSON.parse(value.toString()) as Reading
      assert.equal(key, sensor_id)
      const before = newest.get(sensor_id) ?? 0
      const sequence = metadata?.sequence ?? 0
      assert.ok(sequence > before, `${sequence} after ${before}: each once, and in order`)
      gaps += sequence - before - 1
      newest.set(sensor_id, sequence)
    }
    assert.equal(newest.size, 200)
    return gaps
  }

  const [few, many] = [start('kept', 1_000), start('crowded', 10_000)]
  await until('all sensors have reported', () => few.counts.acknowledged > 1_000 && many.counts.acknowledged > 10_000)
  await cluster.killBroker(1)
  await until('more is made than fits into 16 MB', () => many.counts.dropped > 0)
  await cluster.startBrokerAgain(1)
  await until('what was kept is sent', () => few.counts.waiting < 500 && many.counts.waiting < 5_000)
  await Promise.all([few.close(), many.close()])

  const kept = await few.done
  assert.deepEqual([kept.dropped, kept.waiting], [0, 0])
  assert.equal(kept.acknowledged, kept.made)
  assert.equal(await assertInTopic('kept', kept), 0)
  const crowded = await many.done
  assert.equal(crowded.waiting, 0)
  assert.equal(crowded.acknowledged + crowded.dropped, crowded.made)
  assert.equal(await assertInTopic('crowded', crowded), crowded.dropped)
})

async function until(what: string, isSo: () => boolean): Promise<void> {
  await eventually(async () => { assert.ok(isSo(), what) }, 60_000)
}
