import { topicSettings } from '../../contract/topics.ts'
import { checkApi } from '../checks/api.ts'
import { checkCluster, checkQuorum } from '../checks/cluster.ts'
import { checkGroup } from '../checks/group.ts'
import { checkPostgres } from '../checks/postgres.ts'
import { checkBrokers, throughAnswering } from '../checks/reach.ts'
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
    const brokers = await checkBrokers(run, system)
    const answering = throughAnswering(system, brokers)
    const cluster = await checkCluster(run, answering, topics.map(({ name }) => name))
    await checkQuorum(run, answering, cluster)
    for (const topic of topics) await checkTopic(run, answering, cluster, topic)
    await checkEachBroker(run, answering, cluster, await checkTemporaryTopic(run, answering, cluster), brokers)
    const database = await checkPostgres(run, system)
    await checkGroup(run, answering, cluster, database)
    await checkApi(run, system)
    await checkStream(run, system)
  }),
}
