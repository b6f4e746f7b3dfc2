import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { REJECT_REASONS } from '../../src/contract/reading.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import type { Random } from '../../src/sensor/random.ts'
import { testPlant } from '../harness/plant.ts'

// Ten thousand messages that somebody broke, mixed into good ones: each is stored or kept with its reason, and the process goes on.

const GOOD = 5_000
const BROKEN = 10_000
const SEED = process.env['FUZZ_SEED'] ?? '1'
const MAIN = fileURLToPath(new URL('../../src/consumer/main.ts', import.meta.url))

function good(sequence: number): Record<string, unknown> {
  return {
    timestamp: new Date(Date.now() - 1000).toISOString(), sensor_id: `fuzz-${sequence % 50}`, sensor_type: 'vibration',
    location: { factory_section: 'production', machine_id: 'machine-002', zone: 'zone-b' }, value: 2 + sequence % 7, unit: 'mm/s',
    metadata: { reading_count: sequence, warning_threshold: 5, critical_threshold: 7, producer_epoch: 'fuzz', sequence: Math.floor(sequence / 50) + 1 },
  }
}

const STRANGE: readonly unknown[] = [
  null, true, 0, -1, 1e308, '', 'NaN', '\u0000', 'a\u0000b', '\ud800', '💡', [], {}, [1, 2], { a: { b: [] } }, 'x'.repeat(5000), -0.5, '2026-01-01',
  '9999-12-31T23:59:59Z', '1970-01-01T00:00:00Z', Number.MAX_SAFE_INTEGER, 'temperature', 'constructor', '__proto__',
]
const LITERALS = ['NaN', 'Infinity', '-Infinity', '1e999', '-1e999', '01', '1.', '"\\u0000"', '"\\ud800"', 'undefined', '[[[[[[]]]]]]', '-'] as const
const FIELDS = ['timestamp', 'sensor_id', 'sensor_type', 'location', 'value', 'unit', 'alert_level', 'quality', 'metadata'] as const

/** One message, broken in one of many ways; some of them are still readings. */
function broken(random: Random, sequence: number): Buffer | null {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.uniform() * items.length)] as T
  const reading = good(sequence)
  const text = JSON.stringify(reading)
  const bytes = Buffer.from(text)
  switch (Math.floor(random.uniform() * 12)) {
    case 0: return bytes.subarray(0, Math.floor(random.uniform() * bytes.length))
    case 1: {
      for (let flips = 0; flips < 3; flips++) bytes.writeUInt8(Math.floor(random.uniform() * 256), Math.floor(random.uniform() * bytes.length))
      return bytes
    }
    case 2: return Buffer.from(JSON.stringify({ ...reading, [pick(FIELDS)]: pick(STRANGE) }))
    case 3: return Buffer.from(JSON.stringify({ ...reading, location: { ...reading['location'] as object, [pick(['zone', 'machine_id'])]: pick(STRANGE) } }))
    case 4: return Buffer.from(JSON.stringify({ ...reading, metadata: { ...reading['metadata'] as object, [pick(['sequence', 'producer_epoch', 'reading_count'])]: pick(STRANGE) } }))
    case 5: {
      const { [pick(FIELDS)]: _, ...less } = reading
      return Buffer.from(JSON.stringify(less))
    }
    case 6: return Buffer.from(text.replace(/"value":[^,]+/, `"value":${pick(LITERALS)}`))
    case 7: return Buffer.from(text.replace('{', `{"__proto__":{"value":1},"value":"twice","deep":${'['.repeat(200)}${']'.repeat(200)},`))
    case 8: return null
    case 9: return Buffer.alloc(Math.floor(random.uniform() * 200), Math.floor(random.uniform() * 256))
    case 10: return Buffer.from(JSON.stringify(pick(STRANGE)))
    default: return Buffer.concat([bytes, Buffer.from([0xc3, 0x28])])
  }
}

test('10,000 broken messages in a load: each is stored or kept with its reason, without a restart', async (context) => {
  const plant = await testPlant(context)
  const pool = createPool(plant.databaseUrl, { applicationName: 'fuzz', max: 1, onIdleError: () => {} })
  const producer = createKafkaProducer({ brokers: plant.brokers, clientId: 'fuzz' })
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...plant.env }, stdio: 'ignore' })
  context.after(async () => {
    child.kill('SIGKILL')
    await Promise.all([producer.close(), pool.end()])
  })
  context.diagnostic(`seed ${SEED}`)

  const random = createRandom(randomState(SEED))
  const sent: { value: Buffer | null, partition: number }[] = []
  let goodLeft = GOOD
  for (let index = 0; index < GOOD + BROKEN; index++) {
    const isGood = random.uniform() < goodLeft / (GOOD + BROKEN - index)
    if (isGood) goodLeft--
    // Numbers above those of the good ones, so that a broken message that is a reading still isn't a duplicate of one.
    sent.push({ value: isGood ? Buffer.from(JSON.stringify(good(GOOD - goodLeft))) : broken(random, 1_000_000 + index), partition: index % 3 })
  }
  for (let from = 0; from < sent.length; from += 1_000) {
    await producer.send(sent.slice(from, from + 1_000).map((message) => ({ topic: plant.topics.sensor, ...message })))
  }

  const counts = async (): Promise<{ consumed: number, stored: number, letters: number, duplicates: number }> => (await pool.query<
    { consumed: number, stored: number, letters: number, duplicates: number }>(
    `select sum(next_offset - first_offset)::int8 as consumed, sum(stored)::int8 as stored, sum(dead_lettered)::int8 as letters,
       sum(duplicates)::int8 as duplicates from partition_log`)).rows[0] as never
  const deadline = performance.now() + 60_000
  while ((await counts()).consumed !== sent.length) {
    assert.ok(performance.now() < deadline, `consumed in 60 s: ${JSON.stringify(await counts())} of ${sent.length}`)
    assert.equal(child.exitCode, null, 'the consumer still runs')
    await sleep(100)
  }
  const { stored, letters, duplicates } = await counts()
  context.diagnostic(`${sent.length} sent: ${stored} stored, ${letters} dead-lettered, ${duplicates} absorbed`)
  assert.equal(stored + letters + duplicates, sent.length)
  assert.ok(stored >= GOOD, 'every good one is stored')
  assert.ok(letters > BROKEN / 2)
  assert.equal(child.exitCode, null)
  const { rows: rowCounts } = await pool.query('select (select count(*)::int from reading) as stored, (select count(*)::int from dead_letter) as letters')
  assert.deepEqual(rowCounts, [{ stored, letters }])

  // The bytes of each dead letter are those that were sent at its place.
  const byPartition = [0, 1, 2].map((partition) => sent.filter((message) => message.partition === partition))
  const { rows } = await pool.query<{ partition: number, offset: number, reason: string, message_value: Buffer | null }>(
    `select l.partition, d.kafka_offset as "offset", d.reason, d.message_value from dead_letter d join partition_log l using (log_key)`)
  for (const row of rows) {
    assert.ok((REJECT_REASONS as readonly string[]).includes(row.reason), row.reason)
    const value = byPartition[row.partition]?.[row.offset]?.value ?? null
    assert.deepEqual(row.message_value, value, `partition ${row.partition}, offset ${row.offset}`)
  }
  const reasons = [...new Set(rows.map((row) => row.reason))].toSorted()
  context.diagnostic(`reasons: ${reasons.join(', ')}`)
  assert.ok(reasons.length >= 12, reasons.join(', '))
})
