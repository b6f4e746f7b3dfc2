import { CONSUMER_NODE_OPTIONS } from '../src/consumer/config.ts'
import type { BenchPlant, BenchService } from './plant.ts'

export interface ConsumersOptions {
  readonly processes: number
  readonly group: string
  readonly databaseUrl: string
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[]
}

/** The members of one group, each as a plant runs it. */
export async function startConsumers(plant: BenchPlant, options: ConsumersOptions): Promise<readonly BenchService[]> {
  const { processes, group, databaseUrl, env = {}, nodeOptions = [] } = options
  const consumers: BenchService[] = []
  for (let number = 1; number <= processes; number++) {
    consumers.push(await plant.startService(`${group}-${number}`, {
      main: 'src/consumer/main.ts', nodeOptions: [...CONSUMER_NODE_OPTIONS, ...nodeOptions],
      env: {
        CONSUMER_ID: `consumer-00${number}`, CONSUMER_GROUP: group, GROUP_SESSION_TIMEOUT_MS: '4000', KAFKA_BROKERS: plant.brokers.join(','),
        DATABASE_URL: databaseUrl, ...env,
      },
    }))
  }
  return consumers
}

/** Throws when one of them has ended. */
export function assertRunning(consumers: readonly BenchService[], { folder }: BenchPlant): void {
  const ended = consumers.findIndex((consumer) => consumer.process.exit !== null)
  if (ended >= 0) throw new Error(`consumer ${ended + 1} ended; see its log in ${folder}`)
}
