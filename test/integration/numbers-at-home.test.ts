import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverEnvironment } from '../../src/local/process/environment.ts'
import { PROJECT_ROOT } from '../../src/local/project.ts'
import { bench, eventually, reading } from './consumer-bench.ts'
import type { Bench } from './consumer-bench.ts'

/** More than are stored with each batch. */
const SENSORS = 600

function round(sequence: number): Record<string, unknown>[] {
  return Array.from({ length: SENSORS }, (_, sensor) => reading(sequence, { sensor_id: `temp-${sensor}` }))
}

interface Books {
  readonly stored: number
  readonly distinct: number
  /** Over the epochs as they are stored. */
  readonly received: number
  readonly duplicates: number
  readonly missing: number
  readonly atHome: number
}

async function booksOf({ pool }: Bench): Promise<Books> {
  const { rows } = await pool.query<Books>(
    `select (select count(*)::int from reading) as stored, (select count(distinct (sensor_key, sequence))::int from reading) as distinct,
       sum(received)::int as received, sum(duplicates)::int as duplicates, count(*) filter (where missing <> '{}')::int as missing,
       count(home_log)::int as "atHome" from producer_epoch`)
  return rows[0] as Books
}

/** A real process, to be killed. */
function spawnConsumer(t: TestContext, { plant }: Bench, id: string): ChildProcess {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'src/consumer/main.ts')], {
    env: serverEnvironment({ ...plant.env, GROUP_SESSION_TIMEOUT_MS: '4000', CONSUMER_ID: id, LOG_LEVEL: 'warn' }), stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.after(() => { child.kill('SIGKILL') })
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  assert.ok(child.kill('SIGKILL'))
  await once(child, 'exit')
}

describe('numbers that come in order are stored now and then, and known all the same', () => {
  test('after kill -9 what was sent again is absorbed, and what is new is stored', async (t) => {
    const plant = await bench(t)
    const killed = spawnConsumer(t, plant, 'consumer-001')
    for (let sequence = 1; sequence <= 4; sequence++) {
      await plant.send(round(sequence), 0)
      await plant.consumed(sequence * SENSORS)
    }
    const before = await booksOf(plant)
    assert.equal(before.stored, 4 * SENSORS)
    assert.ok(before.received < 4 * SENSORS, 'nothing was left to be learned from the readings')
    await kill(killed)

    const next = await plant.consumer('consumer-002')
    await plant.send([...round(4), ...round(5)], 0)
    await plant.consumed(6 * SENSORS)
    await next.close()
    assert.deepEqual(await booksOf(plant), {
      stored: 5 * SENSORS, distinct: 5 * SENSORS, received: 5 * SENSORS, duplicates: SENSORS, missing: 0, atHome: SENSORS,
    })
  })

  test('a clean stop stores them, also of sensors that sent nothing since', async (t) => {
    const plant = await bench(t)
    const first = await plant.consumer('consumer-001')
    for (let sequence = 1; sequence <= 3; sequence++) {
      await plant.send(round(sequence), 0)
      await plant.consumed(sequence * SENSORS)
    }
    await first.close()
    assert.deepEqual(await booksOf(plant), { stored: 3 * SENSORS, distinct: 3 * SENSORS, received: 3 * SENSORS, duplicates: 0, missing: 0, atHome: SENSORS })
  })

  test('they are stored within seconds when nothing comes any more', async (t) => {
    const plant = await bench(t)
    await plant.consumer('consumer-001')
    for (let sequence = 1; sequence <= 3; sequence++) {
      await plant.send(round(sequence), 0)
      await plant.consumed(sequence * SENSORS)
    }
    await eventually(async () => { assert.equal((await booksOf(plant)).received, 3 * SENSORS) })
  })

  test('what comes again through another partition, of another consumer, is absorbed; nothing that follows is lost', async (t) => {
    const plant = await bench(t)
    const first = await plant.consumer('consumer-001')
    await eventually(async () => { assert.equal(first.assigned.length, 3) })
    const second = await plant.consumer('consumer-002')
    await eventually(async () => { assert.ok(first.assigned.length > 0 && second.assigned.length > 0) })
    const [home] = first.assigned
    const [other] = second.assigned
    assert.ok(home !== undefined && other !== undefined)
    let sent = 0
    const send = async (sequence: number, partition: number): Promise<void> => {
      await plant.send(round(sequence), partition)
      sent += SENSORS
      await plant.consumed(sent)
    }
    for (const sequence of [1, 2, 3]) await send(sequence, home)
    assert.ok((await booksOf(plant)).received < 3 * SENSORS)
    await send(3, other)
    await send(4, other)
    await send(4, home)
    await send(5, home)
    assert.deepEqual(await booksOf(plant), {
      stored: 5 * SENSORS, distinct: 5 * SENSORS, received: 5 * SENSORS, duplicates: 2 * SENSORS, missing: 0, atHome: 0,
    })
  })

  test('the same through two partitions of one consumer, in one batch', async (t) => {
    const plant = await bench(t)
    const first = await plant.consumer('consumer-001', { BATCH_MAX_AGE_MS: '500' })
    await Promise.all([plant.send([...round(1), ...round(2)], 0), plant.send([...round(2), ...round(3)], 1)])
    await plant.consumed(4 * SENSORS)
    await Promise.all([plant.send(round(4), 2), plant.send([...round(4), ...round(5)], 1)])
    await plant.consumed(7 * SENSORS)
    await first.close()
    const { atHome: _, ...books } = await booksOf(plant)
    assert.deepEqual(books, { stored: 5 * SENSORS, distinct: 5 * SENSORS, received: 5 * SENSORS, duplicates: 2 * SENSORS, missing: 0 })
  })

  test('a batch that was prepared before an epoch was taken from its log is fenced', async (t) => {
    const plant = await bench(t)
    const frozen = spawnConsumer(t, plant, 'consumer-001')
    await plant.send(round(1), 0)
    await plant.send(round(2), 0)
    await plant.consumed(2 * SENSORS)
    assert.ok(frozen.kill('SIGSTOP'))
    // Longer than the session: the others have its partitions now.
    await plant.consumer('consumer-002')
    await plant.send([...round(2), ...round(3)], 1)
    await plant.consumed(4 * SENSORS)
    assert.ok(frozen.kill('SIGCONT'))
    await plant.send(round(3), 0)
    await plant.send(round(4), 0)
    await plant.consumed(6 * SENSORS)
    await sleep(1_000)
    assert.deepEqual(await booksOf(plant), {
      stored: 4 * SENSORS, distinct: 4 * SENSORS, received: 4 * SENSORS, duplicates: 2 * SENSORS, missing: 0, atHome: 0,
    })
  })
})
