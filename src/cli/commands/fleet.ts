import { readConfig } from '../../fleet/config.ts'
import type { FleetConfig } from '../../fleet/config.ts'
import { runFleet } from '../../fleet/service.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { requireRunning } from '../running-system.ts'

export const fleet: Command = {
  name: 'fleet',
  summary: 'Simulate a plant of many sensors: SENSORS=10000, RATE=20000, MINUTES=10; FROM=2026-01-01, TO=… write history',
  usage: `[--sensors 10000] [--rate 20000] [--minutes 10] [--from 2026-01-01 [--to 2026-06-30]]
        [--seed TEXT] [--plant fleet.yaml] [--truth fleet-truth.jsonl] [--time-scale 60]

Each option may also be given as a variable: SENSORS=10000, TIME_SCALE=60. The readings go to the system that runs here, or where KAFKA_BROKERS
and DATABASE_URL say. docs/fleet.md explains the plant file and the file of the faults.

--sensors     as many as this, by repeating the plant; without it those that the file has
--rate        readings a second of all together; without it each sensor's own interval. In history a second of its time
--minutes     how long; without it until Ctrl+C, which sends what is left first
--from, --to  history instead, as fast as it is stored: from this day or time (UTC) on, up to the other, not including it; without --to up to now
--seed        the same seed, plant and times give the same readings and faults
--time-scale  so many times as fast do faults develop`,
  async run(args, env) {
    // Before anything is looked for: wrong options are said at once.
    checkedConfig(args, env)
    return runFleet(checkedConfig(args, await addressed(env)))
  },
}

function checkedConfig(args: readonly string[], env: Environment): FleetConfig {
  try {
    return readConfig(args, env)
  } catch (error) {
    throw error instanceof ExitError ? new UsageError(error.message) : error
  }
}

/** With the addresses of the system that runs, unless the caller gives both. */
async function addressed(env: Environment): Promise<Environment> {
  if ((env['KAFKA_BROKERS'] ?? '') !== '' && (env['DATABASE_URL'] ?? '') !== '') return env
  const { status, env: whole } = await requireRunning(env)
  return { ...whole, KAFKA_BROKERS: status.brokers.join(','), DATABASE_URL: status.databaseUrl }
}
