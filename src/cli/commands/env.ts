import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { requireRunning } from '../running-system.ts'
import { print } from '../terminal.ts'

export const env: Command = {
  name: 'env',
  summary: 'Print KAFKA_BROKERS, DATABASE_URL and MONITORING_URL of the running system, and PLANT_CALENDAR',
  usage: `

One a line, so that any program can be pointed at it: env $(make -s env) PROGRAM`,
  async run(_args, environment) {
    const { status, env: given } = await requireRunning(environment)
    print(`KAFKA_BROKERS=${status.brokers.join(',')}`)
    print(`DATABASE_URL=${status.databaseUrl}`)
    print(`MONITORING_URL=${status.monitoringUrl}`)
    const calendar = given['PLANT_CALENDAR']
    if (calendar) print(`PLANT_CALENDAR=${resolve(calendar)}`)
    return 0
  },
}
