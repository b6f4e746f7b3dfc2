import { checkBrokers, checkMonitoringReach, checkPostgresReach } from '../checks/reach.ts'
import { runChecks } from '../checks/run-checks.ts'
import type { Command } from '../command.ts'

export const testConnectivity: Command = {
  name: 'test-connectivity',
  summary: 'Check that each broker, PostgreSQL and the monitoring service can be reached; FORMAT=json',
  usage: `

A TCP connection to each address, and an answer over it, with the time that it took. Exit code 1 if any of them failed.`,
  run: (args, env) => runChecks('test-connectivity', args, env, async (run, system) => {
    await checkBrokers(run, system)
    await checkPostgresReach(run, system)
    await checkMonitoringReach(run, system)
  }),
}
