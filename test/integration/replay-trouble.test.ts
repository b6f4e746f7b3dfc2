import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './consumer-bench.ts'
import { replayBench, storedValues, unnumbered } from './replay-bench.ts'

// What goes wrong with a replay, or is made to, must not hold up anything else. A right that Kafka doesn't give: secured-servers.test.ts.

test('whatever goes wrong with the replays, readings are stored, and the replays go on when it is mended', async (t) => {
  const plant = await replayBench(t)
  const first = await plant.consumer('consumer-001')
  await plant.send(['no reading'], 0)
  await plant.consumed(1)
  await first.close()
  await plant.request({ all: true })
  await plant.pool.query('alter table dead_letter_replay rename to somewhere_else')
  const second = await plant.consumer('consumer-002')
  let failure: unknown = null
  second.failed.catch((error: unknown) => { failure = error })
  await eventually(async () => {
    const { rows } = await plant.pool.query(
      `select from pg_stat_activity where application_name = 'consumer-002' and query like '%from dead_letter_replay%' and state = 'idle'`)
    assert.ok(rows.length > 0)
  })
  await plant.send([unnumbered({ value: 1 })], 0)
  await eventually(async () => { assert.deepEqual(await storedValues(plant), [1]) })
  assert.equal(failure, null)
  await plant.pool.query('alter table somewhere_else rename to dead_letter_replay')
  await plant.becomes({ '0:0': 'refused' })
})
