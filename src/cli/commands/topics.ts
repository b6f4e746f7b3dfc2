import { topicSettings } from '../../contract/topics.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { readTopic } from '../read-topic.ts'
import { requireAddresses } from '../running-system.ts'
import { print, table } from '../terminal.ts'

export const topics: Command = {
  name: 'topics',
  summary: 'Show the topics: leader, replicas and messages of each partition; FORMAT=json',
  usage: '',
  async run(args, env) {
    const { format } = readCliConfig(args, env)
    const { config, status } = await requireAddresses(env)
    const settings = topicSettings(config.sensorTopic, config.alertTopic)
    const connection = { brokers: status.brokers, clientId: 'topics', security: config.kafkaSecurity }
    const found = await Promise.all(settings.map(async (topic) => ({ ...topic, state: await readTopic(connection, topic.name) })))
    const problems = found.flatMap(({ name, partitions, state }) => [
      ...state.length === partitions ? [] : [`${name} has ${state.length} partitions instead of ${partitions}`],
      ...state.flatMap(({ partition, leader }) => (leader === null ? [`partition ${partition} of ${name} has no leader`] : [])),
    ])
    if (format === 'json') {
      print(JSON.stringify({ topics: found.map(({ name, replication, state }) => ({ name, replication, partitions: state })) }, null, 2))
    } else {
      const rows = found.flatMap(({ name, state }) => state.map(({ partition, leader, replicas, inSyncReplicas, logEndOffset }) =>
        [name, String(partition), leader === null ? 'none' : `kafka${leader}`, replicas.join(','), inSyncReplicas.join(','), String(logEndOffset ?? '-')]))
      for (const line of table([['topic', 'partition', 'leader', 'replicas', 'in sync', 'end offset'], ...rows], new Set([1, 5]))) print(line)
    }
    if (problems.length > 0) throw new ExitError(problems.join('\n'))
    return 0
  },
}
