import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../src/consumer/config.ts'
import { startConsumer } from '../../src/consumer/service.ts'
import type { ConsumerService } from '../../src/consumer/service.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { createLog } from '../../src/runtime/log.ts'
import { testPlant } from '../harness/plant.ts'
import type { TestPlant } from '../harness/plant.ts'

const log = createLog('test', 'silent')

/** Consumers of a plant of their own, and what goes into it. */
export interface Bench {
  readonly plant: TestPlant
  readonly pool: Pool
  consumer(id: string, env?: Record<string, string>): Promise<ConsumerService>
  /** One message each; a string is sent as it is, anything else as JSON. */
  send(values: readonly unknown[], partition?: number): Promise<void>
  /** Until so many messages are consumed, whatever became of them. */
  consumed(count: number): Promise<void>
}

export async function bench(t: TestContext): Promise<Bench> {
  // The database goes last: a consumer that is still there would fail for it.
  const afterwards: (() => void | Promise<void>)[] = []
  const plant = await testPlant({ after: (cleanUp) => { afterwards.push(cleanUp) } })
  const pool = createPool(plant.databaseUrl, { applicationName: 'test', max: 2, onIdleError: () => {} })
  const producer = createKafkaProducer({ brokers: plant.brokers, clientId: 'test' })
  const consumers: ConsumerService[] = []
  t.after(async () => {
    await Promise.all(consumers.map((each) => each.close()))
    await Promise.all([producer.close(), pool.end()])
    for (const cleanUp of afterwards) await cleanUp()
  })
  return {
    plant, pool,
    async consumer(id, env = {}) {
      const started = await startConsumer(readConfig({ ...plant.env, GROUP_SESSION_TIMEOUT_MS: '4000', CONSUMER_ID: id, ...env }), log)
      consumers.push(started)
      started.failed.catch((error: unknown) => { t.diagnostic(`the consumer failed: ${String((error as Error).stack)}`) })
      return started
    },
    async send(values, partition) {
      await producer.send(values.map((value) => ({
        topic: plant.topics.sensor, ...(partition === undefined ? {} : { partition }),
        value: Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
      })))
    },
    async consumed(count) {
      await eventually(async () => {
        const { rows } = await pool.query<{ consumed: number }>('select coalesce(sum(next_offset - first_offset), 0)::int8 as consumed from partition_log')
        assert.equal(rows[0]?.consumed, count)
      })
    },
  }
}

export async function eventually(check: () => Promise<void>, timeoutMs = 20_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; ; await sleep(50)) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

export function reading(sequence: number, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    timestamp: new Date(Date.now() - 60_000 + sequence).toISOString(), sensor_id: 'temp-1', sensor_type: 'temperature',
    location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' }, value: 25, unit: '°C', alert_level: 'normal', quality: 1,
    metadata: { reading_count: sequence, warning_threshold: 35, critical_threshold: 40, producer_epoch: 'e1', sequence }, ...changes,
  }
}
