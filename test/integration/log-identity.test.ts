import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { Admin } from '@platformatic/kafka'
import { topicSettings } from '../../src/contract/topics.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import type { TestTopics } from '../harness/plant.ts'
import { bench, eventually, reading } from './consumer-bench.ts'
import type { Bench } from './consumer-bench.ts'

/** What the log of partition 0 became, the newest last. */
async function logsOf({ pool }: Bench): Promise<unknown> {
  return (await pool.query(
    `select generation, first_offset, next_offset, stored, duplicates, lost, closed_at is not null as closed
     from partition_log where partition = 0 order by log_key`)).rows
}

async function gapsOf({ pool }: Bench): Promise<unknown> {
  return (await pool.query(
    `select l.generation, g.first_offset, g.last_offset, g.reason from log_gap g join partition_log l using (log_key)
     where l.partition = 0 order by g.first_offset`)).rows
}

function readings(from: number, to: number): Record<string, unknown>[] {
  return Array.from({ length: to - from + 1 }, (_, index) => reading(from + index))
}

function adminOf(t: TestContext, { brokers }: TestTopics): Admin {
  const admin = new Admin({ clientId: 'test-admin', bootstrapBrokers: [...brokers] })
  t.after(() => admin.close())
  return admin
}

async function replaceTopic(admin: Admin, { brokers, topics }: TestTopics): Promise<void> {
  const idOf = async (): Promise<string | undefined> => (
    await admin.metadata({ topics: [topics.sensor], forceUpdate: true })).topics.get(topics.sensor)?.id
  const before = await idOf()
  await admin.deleteTopics({ topics: [topics.sensor] })
  await eventually(async () => {
    // A broker that doesn't know yet that the old one is gone says that there is nothing to make.
    await ensureTopics({ brokers, clientId: 'test' }, topicSettings(topics.sensor, topics.alerts))
    assert.notEqual(await idOf(), before)
  })
}

describe('what Kafka no longer has is a gap in the ledger, never skipped in silence', () => {
  test('a log whose beginning moved past the stored offset', async (t) => {
    const plant = await bench(t)
    const first = await plant.consumer('consumer-001')
    await plant.send(readings(1, 5), 0)
    await plant.consumed(5)
    await first.close()
    await plant.send(readings(6, 15), 0)
    await adminOf(t, plant.plant).deleteRecords({ topics: [{ name: plant.plant.topics.sensor, partitions: [{ partition: 0, offset: 12n }] }] })
    await plant.consumer('consumer-002')
    await plant.consumed(15)
    assert.deepEqual(await logsOf(plant), [{ generation: 0, first_offset: 0, next_offset: 15, stored: 8, duplicates: 0, lost: 7, closed: false }])
    assert.deepEqual(await gapsOf(plant), [{ generation: 0, first_offset: 5, last_offset: 11, reason: 'log_truncated' }])
    const { rows } = await plant.pool.query('select missing::text from producer_epoch')
    assert.deepEqual(rows, [{ missing: '{[6,13)}' }])
  })

  test('a log that came back shorter is read again, and what was stored is not stored twice', async (t) => {
    const plant = await bench(t)
    const first = await plant.consumer('consumer-001')
    await plant.send(readings(1, 5), 0)
    await plant.consumed(5)
    await first.close()
    // As if the brokers had lost their last three messages, and the producer had sent two others since.
    await plant.pool.query(`update partition_log set next_offset = 8, stored = stored + 3 where partition = 0`)
    await plant.consumer('consumer-002')
    await plant.consumed(8 + 5)
    assert.deepEqual(await logsOf(plant), [
      { generation: 0, first_offset: 0, next_offset: 8, stored: 8, duplicates: 0, lost: 0, closed: true },
      { generation: 1, first_offset: 0, next_offset: 5, stored: 0, duplicates: 5, lost: 0, closed: false },
    ])
    assert.deepEqual(await gapsOf(plant), [{ generation: 0, first_offset: 8, last_offset: null, reason: 'log_shorter_than_stored' }])
    const { rows } = await plant.pool.query('select count(*)::int as readings from reading')
    assert.deepEqual(rows, [{ readings: 5 }])
  })

  for (const running of [false, true]) {
    test(`a topic that was replaced while a consumer ${running ? 'reads it' : 'is away'}`, { timeout: 60_000 }, async (t) => {
      const plant = await bench(t)
      const first = await plant.consumer('consumer-001')
      await plant.send(readings(1, 5), 0)
      await plant.consumed(5)
      if (!running) await first.close()
      await replaceTopic(adminOf(t, plant.plant), plant.plant)
      await eventually(() => plant.send(readings(6, 8), 0))
      if (!running) await plant.consumer('consumer-002')
      await eventually(async () => {
        assert.deepEqual(await logsOf(plant), [
          { generation: 0, first_offset: 0, next_offset: 5, stored: 5, duplicates: 0, lost: 0, closed: true },
          { generation: 0, first_offset: 0, next_offset: 3, stored: 3, duplicates: 0, lost: 0, closed: false },
        ])
      }, 40_000)
      assert.deepEqual(await gapsOf(plant), [{ generation: 0, first_offset: 5, last_offset: null, reason: 'topic_replaced' }])
    })
  }
})
