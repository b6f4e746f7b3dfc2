import { configProblems } from '../../local/preflight.ts'
import { serviceTable } from '../../local/services.ts'
import { askSupervisor } from '../../local/supervisor-client.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { START_SILENCE_MS, definedOnly } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { readTopic } from '../read-topic.ts'
import { requireRunning } from '../running-system.ts'
import { coloured, print, printStep } from '../terminal.ts'

export const scale: Command = {
  name: 'scale',
  summary: 'Change the number of consumers while the system runs: CONSUMERS=6',
  usage: `

CONSUMERS=NUMBER, 1 to 24. New consumers are started, those above the number leave the group and are stopped; the number holds until the
system is stopped, also over a restart. Those that were killed by hand stay dead.`,
  async run(_args, env) {
    if ((env['CONSUMERS'] ?? '').trim() === '') throw new UsageError('say how many: make scale CONSUMERS=6')
    await scaleLocal(env)
    return 0
  },
}

/** Scales the local run to CONSUMERS and prints what came of it. Throws an `ExitError` with a line for each problem. */
async function scaleLocal(env: Environment): Promise<void> {
  const { config } = await requireRunning(env)
  const problems = configProblems(config, serviceTable(config).filter(({ kind }) => kind === 'consumer'), env)
  if (problems.length > 0) throw new ExitError([...new Set(problems)].join('\n'))
  const status = await askSupervisor(config.home, { command: 'scale', consumerCount: config.consumerCount, env: definedOnly(env) },
    { onProgress: printStep, silenceMs: START_SILENCE_MS })
  if (status === null) throw new ExitError('the system was stopped')

  const consumers = status.services.filter(({ kind }) => kind === 'consumer')
  const running = consumers.filter(({ state }) => state === 'running').length
  print(coloured('green', running === 1 ? '1 consumer runs' : `${running} consumers run`))
  for (const { name, state } of consumers) if (state === 'killed') print(`  ${name} was killed by hand: make revive SERVICE=${name}`)
  const { length: partitions } = await readTopic({ brokers: status.brokers, clientId: 'scale', security: config.kafkaSecurity }, config.sensorTopic)
  if (running > partitions) print(`  ${partitions} of ${running} have a partition; the others stand by`)
}
