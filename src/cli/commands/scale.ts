import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { readTopic } from '../read-topic.ts'
import { requireRunning } from '../running-system.ts'
import { coloured, print } from '../terminal.ts'

export const scale: Command = {
  name: 'scale',
  summary: 'Change the number of consumers while the system runs: CONSUMERS=6',
  usage: `

CONSUMERS=NUMBER, 1 to 24. New consumers are started, those above the number leave the group and are stopped; the number holds until the
system is stopped, also over a restart. Those that were killed by hand stay dead.`,
  runtimes: {
    docker: 'containers are added, each like consumer-1, or removed',
    local: 'processes are added or ended',
  },
  async run(_args, env) {
    if ((env['CONSUMERS'] ?? '').trim() === '') throw new UsageError('say how many: make scale CONSUMERS=6')
    const { runtime, config } = await requireRunning(env)
    const status = await runtime.scale(config.consumerCount)

    const consumers = status.services.filter(({ kind }) => kind === 'consumer')
    const running = consumers.filter(({ state }) => state === 'running').length
    print(coloured('green', running === 1 ? '1 consumer runs' : `${running} consumers run`))
    for (const { name, state } of consumers) if (state === 'killed') print(`  ${name} was killed by hand: make revive SERVICE=${name}`)
    const { length: partitions } = await readTopic({ brokers: status.brokers, clientId: 'scale', security: config.kafkaSecurity }, config.sensorTopic)
    if (running > partitions) print(`  ${partitions} of ${running} have a partition; the others stand by`)
    return 0
  },
}
