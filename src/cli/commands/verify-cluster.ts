import { topicSettings } from '../../contract/topics.ts'
import { checkApi } from '../checks/api.ts'
import { checkCluster, checkQuorum } from '../checks/cluster.ts'
import { checkGroup } from '../checks/group.ts'
import { checkPostgres } from '../checks/postgres.ts'
import { checkBroker } from '../checks/reach.ts'
import { checkEachBroker, checkTemporaryTopic } from '../checks/round-trips.ts'
import { runChecks } from '../checks/run-checks.ts'
import { checkStream } from '../checks/stream.ts'
import { checkTopic } from '../checks/topics.ts'
import type { Command } from '../command.ts'

export const verifyCluster: Command = {
  name: 'verify-cluster',
  summary: 'Check everything: Kafka, topics, round trips, consumers, PostgreSQL, API; FORMAT=json',
  usage: `

A verdict per line; exit code 1 if any check failed, and the last line names it. Messages are written only to a topic of its own, which is
deleted again. FORMAT=json prints {ok, checks: [{group, name, ok, detail, seconds}]}.`,
  run: (args, env) => runChecks('verify-cluster', args, env, async (run, system) => {
    const topics = topicSettings(system.sensorTopic, system.alertTopic)
    for (const address of system.status.brokers) await checkBroker(run, system, address)
    const cluster = await checkCluster(run, system, topics.map(({ name }) => name))
    await checkQuorum(run, system, cluster)
    for (const topic of topics) await checkTopic(run, system, cluster, topic)
    await checkEachBroker(run, system, cluster, await checkTemporaryTopic(run, system, cluster))
    await checkGroup(run, system, cluster, env)
    await checkPostgres(run, system)
    await checkApi(run, system)
    await checkStream(run, system)
  }),
}
