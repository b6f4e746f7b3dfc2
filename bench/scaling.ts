import { withPlant } from './plant.ts'
import type { BenchPlant } from './plant.ts'
import { loadNow, machineLine, median, progress, whole } from './report.ts'
import { runBacklog } from './scaling/backlog-run.ts'
import type { BacklogOptions, BacklogSpent } from './scaling/backlog-run.ts'
import { fillTopic, makeTopic } from './scaling/backlog-topic.ts'
import { reportScaling } from './scaling/scaling-report.ts'
import type { Point } from './scaling/scaling-report.ts'
import type { Spent } from './scaling/spent.ts'
import { runSteady } from './scaling/steady-run.ts'
import type { SteadySpent } from './scaling/steady-run.ts'

export interface ScalingOptions {
  /** That count in each run over a backlog. */
  readonly readings: number
  readonly rounds: number
  /** Where they are not what is varied. */
  readonly sensors: number
  readonly ratePerS: number
  readonly seconds: number
  readonly consumersAtRate: number
}

const CONSUMERS = new Map([[3, [1, 2, 3]], [6, [1, 2, 3, 6]]])
const SENSORS = [100, 1_000, 10_000, 100_000]
const BATCH_SIZES = [1_000, 5_000, 10_000, 30_000]
const BATCH_AGES_MS = [10, 50, 100, 200, 500]
/** A consumer's code is compiled by then. */
const WARM_UP_PER_CONSUMER = 40_000
/** In a topic beyond what is read, so that nobody comes to its end. The first of several consumers stores up to 250,000/s while the others start. */
const SPARE = 150_000
const SPARE_WHILE_JOINING = 600_000

/**
 * Consumers, sensors, the size and the age of a batch, each varied by itself; the points one after the other, in each round again. Prints, and
 * writes bench/results/scaling.md and docs/images/scaling.svg.
 */
export async function benchScaling(options: ScalingOptions): Promise<void> {
  const loadAtStart = loadNow()
  await withPlant(async (plant) => {
    const topics = await fillTopics(plant, options)
    const points = <S extends Spent>(xs: readonly number[]): Point<S>[] => xs.map((x) => ({ x, runs: [] }))
    const consumers = new Map([...CONSUMERS].map(([partitions, processes]) => [partitions, points<BacklogSpent>(processes)]))
    const sensors = points<BacklogSpent>(SENSORS)
    const batchSizes = points<BacklogSpent>(BATCH_SIZES)
    const batchAges = points<SteadySpent>(BATCH_AGES_MS)

    async function overBacklog(point: Point<BacklogSpent>, run: Omit<BacklogOptions, 'readings' | 'warmUp'>, toRegister: number): Promise<void> {
      const spent = await runBacklog(plant, { ...run, readings: options.readings, warmUp: toRegister + run.processes * WARM_UP_PER_CONSUMER })
      point.runs.push(spent)
      tell(run.group, spent)
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const [partitions, list] of consumers) {
        for (const point of list) {
          const group = `consumers-${point.x}-of-${partitions}-${round}`
          await overBacklog(point, { topic: topicName(partitions, options.sensors), processes: point.x, group }, options.sensors)
        }
      }
      for (const point of sensors) {
        await overBacklog(point, { topic: topicName(3, point.x), processes: 1, group: `sensors-${point.x}-${round}` }, point.x)
      }
      for (const point of batchSizes) {
        const env = { BATCH_MAX_READINGS: String(point.x) }
        await overBacklog(point, { topic: topicName(3, options.sensors), processes: 1, group: `size-${point.x}-${round}`, env }, options.sensors)
      }
      for (const point of batchAges) {
        const topic = `age-${point.x}-${round}`
        await makeTopic(plant, topic, 3)
        const spent = await runSteady(plant, {
          topic, processes: options.consumersAtRate, sensors: options.sensors, ratePerS: options.ratePerS, seconds: options.seconds,
          env: { BATCH_MAX_AGE_MS: String(point.x) },
        })
        point.runs.push(spent)
        tell(topic, spent)
      }
    }
    const database = await plant.createDatabase()
    const machine = await machineLine(database.pool, loadAtStart)
    reportScaling({ machine, options, kafkaBytesPerReading: median([...topics.values()]), consumers, sensors, batchSizes, batchAges })
    await database.drop()
  })
}

function topicName(partitions: number, sensors: number): string {
  return `partitions-${partitions}-sensors-${sensors}`
}

/** Bytes of a reading by topic. */
async function fillTopics(plant: BenchPlant, options: ScalingOptions): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>()
  for (const [partitions, processes] of CONSUMERS) {
    const warmUp = options.sensors + Math.max(...processes) * WARM_UP_PER_CONSUMER
    const topic = topicName(partitions, options.sensors)
    bytes.set(topic, await fillTopic(plant, { topic, partitions, sensors: options.sensors, readings: warmUp + options.readings + SPARE_WHILE_JOINING }))
  }
  for (const sensors of SENSORS) {
    const topic = topicName(3, sensors)
    const readings = sensors + WARM_UP_PER_CONSUMER + options.readings + SPARE
    if (!bytes.has(topic)) bytes.set(topic, await fillTopic(plant, { topic, partitions: 3, sensors, readings }))
  }
  return bytes
}

function tell(name: string, { perS, consumersS, postgresS, kafkaS, idleShare, othersShare }: Spent): void {
  progress(`${name}: ${whole(perS)}/s; CPU s a million: consumers ${consumersS.toFixed(1)}, PostgreSQL ${postgresS.toFixed(1)}, `
    + `Kafka ${kafkaS.toFixed(1)}; idle ${Math.round(100 * idleShare)} %, others ${Math.round(100 * othersShare)} %`)
}
