import { checkCluster } from '../checks/cluster.ts'
import { checkAdvertised, throughAnswering } from '../checks/reach.ts'
import { checkBootstrap, checkTemporaryTopic } from '../checks/round-trips.ts'
import { runChecks } from '../checks/run-checks.ts'
import type { Command } from '../command.ts'

export const testExternal: Command = {
  name: 'test-external',
  summary: 'Check that a program that knows one broker\'s address can use Kafka from here; FORMAT=json',
  usage: `

For each address of KAFKA_BROKERS as \`make env\` prints it, as if it were the only one: the addresses that it names can be reached from here,
and a message to each broker is written and read back, in a topic that is deleted again. Exit code 1 if any check failed.`,
  run: (args, env) => runChecks('test-external', args, env, async (run, system) => {
    const brokers = await checkAdvertised(run, system)
    const answering = throughAnswering(system, brokers)
    const cluster = await checkCluster(run, answering, [])
    const topic = await checkTemporaryTopic(run, answering, cluster)
    for (const [address, reached] of brokers) await checkBootstrap(run, system, address, reached, cluster, topic)
  }),
}
