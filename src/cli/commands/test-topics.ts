import { topicSettings } from '../../contract/topics.ts'
import { checkCluster } from '../checks/cluster.ts'
import { checkBrokers, throughAnswering } from '../checks/reach.ts'
import { checkEachPartition } from '../checks/round-trips.ts'
import { runChecks } from '../checks/run-checks.ts'
import { checkTopic } from '../checks/topics.ts'
import type { Command } from '../command.ts'

export const testTopics: Command = {
  name: 'test-topics',
  summary: 'Check the topics: partitions, replicas, settings, and a message through each; FORMAT=json',
  usage: `

The messages go to copies of the topics, on the same brokers under the same leaders, which are deleted again: consumers would store what
they don't know. Exit code 1 if any check failed.`,
  run: (args, env) => runChecks('test-topics', args, env, async (run, system) => {
    const answering = throughAnswering(system, await checkBrokers(run, system))
    const topics = topicSettings(system.sensorTopic, system.alertTopic)
    const cluster = await checkCluster(run, answering, topics.map(({ name }) => name))
    for (const topic of topics) {
      const partitions = await checkTopic(run, answering, cluster, topic)
      await checkEachPartition(run, answering, cluster, topic.name, partitions, topic.configs)
    }
  }),
}
