import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../../bench/load/load.ts'
import { portTaken } from '../../src/local/process/ports.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import { CONSUMERS, startFaultPlant } from './fault-plant.ts'
import type { FaultPlant } from './fault-plant.ts'
import { drained, judge } from './oracle.ts'
import type { Verdict } from './oracle.ts'

export interface ScenarioOptions {
  readonly dir: string
  /** Equal seeds choose equal victims and moments. */
  readonly seed: string
  readonly seconds: number
  readonly ratePerS: number
  /** How long a consumer is stopped before it goes on as a zombie; longer than the session of 4 s. */
  readonly zombieMs: number
  readonly say: (line: string) => void
}

export interface FaultReport {
  readonly fault: string
  /** From the fault until what it stopped went on. */
  readonly recoveryS: number
}

export interface ScenarioReport {
  readonly verdict: Verdict
  readonly faults: readonly FaultReport[]
}

const SETTLE_MS = 2_000
const RECOVERY_MS = 20_000
const FETCHED_MS = 500
const DRAIN_MS = 90_000

/** A load, every kind of fault once at moments drawn from the seed, and what the oracle says afterwards. Throws when a fault did not happen. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioReport> {
  const { say, seconds } = options
  const random = createRandom(randomState(options.seed))
  const plant = await startFaultPlant(options.dir)
  try {
    await until(RECOVERY_MS, 'all partitions are taken', async () => (await owners(plant)).every((owner) => owner !== null))
    const load = startLoad({
      brokers: plant.cluster.brokers, topic: plant.topics.sensor, sensors: 60, ratePerS: options.ratePerS, seed: options.seed,
      durationS: seconds, log: createLog('load', 'silent'),
    })
    const begun = performance.now()
    const kinds = [killConsumer, freezeConsumer, killBroker, killPostgres] as const
    const order = shuffled(kinds, () => random.uniform())
    const faults: FaultReport[] = []
    for (const [index, fault] of order.entries()) {
      // Each in its own part of the load, at a moment drawn within it.
      const slotMs = seconds * 1000 / kinds.length
      const at = slotMs * (index + 0.1 + 0.2 * random.uniform())
      await sleep(Math.max(SETTLE_MS, at - (performance.now() - begun)))
      const report = await fault(plant, options, () => random.uniform())
      say(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${report.fault}: went on after ${report.recoveryS.toFixed(1)} s`)
      faults.push(report)
    }
    const record = await load.done
    await until(DRAIN_MS, 'everything is consumed and published', () => drained(plant, record.counts.acknowledged))
    return { verdict: await judge(plant, record), faults }
  } finally {
    await plant.remove()
  }
}

type Fault = (plant: FaultPlant, options: ScenarioOptions, random: () => number) => Promise<FaultReport>

const killConsumer: Fault = async (plant, _options, random) => {
  const { id, partitions } = await victim(plant, random)
  const child = plant.consumers.get(id)
  const before = await nextOffsets(plant)
  const begun = performance.now()
  assert.equal(child?.kill('SIGKILL'), true, 'the consumer was there to be killed')
  await until(RECOVERY_MS, `the partitions of ${id} are processed by others`, () => movedOn(plant, partitions, before, id))
  assert.equal(child.signalCode, 'SIGKILL')
  const recoveryS = secondsSince(begun)
  plant.startConsumer(id)
  return { fault: `kill -9 of ${id}, which had partitions ${partitions.join(', ')}`, recoveryS }
}

const freezeConsumer: Fault = async (plant, { zombieMs }, random) => {
  const { id, partitions } = await victim(plant, random)
  const child = plant.consumers.get(id)
  const before = await nextOffsets(plant)
  const begun = performance.now()
  assert.equal(child?.kill('SIGSTOP'), true)
  await until(RECOVERY_MS, `the partitions of ${id} are processed by others`, () => movedOn(plant, partitions, before, id))
  const recoveryS = secondsSince(begun)
  await sleep(Math.max(0, zombieMs - recoveryS * 1000))
  assert.equal((await owners(plant)).includes(id), false, 'while it was stopped, others had its partitions')
  child.kill('SIGCONT')
  await until(RECOVERY_MS, `${id} has partitions again`, async () => (await owners(plant)).includes(id))
  assert.equal(child.exitCode, null, 'it went on instead of crashing')
  return { fault: `SIGSTOP of ${id} for ${(zombieMs / 1000).toFixed(0)} s, then SIGCONT`, recoveryS }
}

const killBroker: Fault = async (plant, _options, random) => {
  const nodeId = 1 + Math.floor(random() * 3)
  const port = Number(plant.cluster.brokers[nodeId - 1]?.split(':')[1])
  const begun = performance.now()
  await plant.cluster.killBroker(nodeId)
  assert.equal(await portTaken(port), false, 'the broker no longer listens')
  // What was fetched before is written still; what counts is what comes through the new leaders.
  await sleep(FETCHED_MS)
  const before = await nextOffsets(plant)
  await until(2 * RECOVERY_MS, 'all partitions go on without the broker', () => movedOn(plant, [0, 1, 2], before, null))
  const recoveryS = secondsSince(begun)
  await sleep(SETTLE_MS)
  await plant.cluster.startBrokerAgain(nodeId)
  return { fault: `kill -9 of broker ${nodeId}, then started again`, recoveryS }
}

const killPostgres: Fault = async (plant) => {
  const before = await nextOffsets(plant)
  const begun = performance.now()
  await plant.killPostgres()
  await assert.rejects(plant.pool.query('select 1'), 'a query failed while PostgreSQL was away')
  await sleep(SETTLE_MS)
  await plant.startPostgres()
  await until(RECOVERY_MS, 'all partitions go on', () => movedOn(plant, [0, 1, 2], before, null))
  return { fault: 'kill -9 of PostgreSQL, then started again', recoveryS: secondsSince(begun) }
}

/** A consumer that has partitions now. */
async function victim(plant: FaultPlant, random: () => number): Promise<{ id: string, partitions: number[] }> {
  let found: { id: string, partitions: number[] }[] = []
  await until(RECOVERY_MS, 'consumers have partitions', async () => {
    const owning = await owners(plant)
    found = CONSUMERS.map((id) => ({ id, partitions: owning.flatMap((owner, partition) => (owner === id ? [partition] : [])) }))
      .filter(({ partitions }) => partitions.length > 0)
    return found.length >= 2
  })
  return found[Math.floor(random() * found.length)] as { id: string, partitions: number[] }
}

async function owners({ pool }: FaultPlant): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ claimed_by: string | null }>('select claimed_by from partition_log order by partition')
  return rows.length === 3 ? rows.map((row) => row.claimed_by) : [null]
}

async function nextOffsets({ pool }: FaultPlant): Promise<number[]> {
  const { rows } = await pool.query<{ next_offset: number }>('select next_offset from partition_log order by partition')
  return rows.map((row) => row.next_offset)
}

/** Whether all these partitions were written since, by somebody else than `not`. */
async function movedOn(plant: FaultPlant, partitions: readonly number[], before: readonly number[], not: string | null): Promise<boolean> {
  const [now, owning] = [await nextOffsets(plant), await owners(plant)]
  return partitions.every((partition) => (now[partition] ?? 0) > (before[partition] ?? 0) && (not === null || owning[partition] !== not))
}

/** What fails on the way (PostgreSQL may be away) counts as not yet. */
async function until(timeoutMs: number, what: string, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const done = await check().catch(() => false)
    if (done) return
    assert.ok(performance.now() < end, `waited ${timeoutMs / 1000} s in vain: ${what}`)
    await sleep(100)
  }
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items]
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T)
}
