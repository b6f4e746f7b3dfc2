import { checkCluster } from '../checks/cluster.ts'
import { brokerName, checkAdvertised } from '../checks/reach.ts'
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
    const cluster = await checkCluster(run, system, [])
    const topic = await checkTemporaryTopic(run, system, cluster)
    for (const address of system.status.brokers) {
      await checkAdvertised(run, system, address)
      await checkBootstrap(run, system, brokerName(address, system.status), address, cluster, topic)
    }
  }),
}
