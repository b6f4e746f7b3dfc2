import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { KafkaProducer } from '../../src/kafka/producer.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { startBroker } from '../../src/local/kafka/broker.ts'
import { prepareKafka, startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import type { KafkaCluster } from '../../src/local/kafka/cluster.ts'
import { askForCluster } from '../../src/local/kafka/probe.ts'
import { newClusterId } from '../../src/local/kafka/storage.ts'
import { listProcesses } from '../../src/local/process/leftovers.ts'
import { freePorts, portTaken } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import { readTopic } from './producer-topic.ts'

const TOPIC = { name: 'numbers', partitions: 3, replication: 2, configs: {} }

/** Brokers may be anywhere: under a folder of one user, with a space and an umlaut in its path. */
const folder = (): string => mkdtempSync(join(tmpdir(), 'factory kafka ü-'))

async function nodesOf(dir: string): Promise<number[]> {
  return (await listProcesses()).filter((each) => each.command.includes(dir)).map((each) => each.pid)
}

function portOf(broker: string | undefined): number {
  return Number(broker?.split(':')[1])
}

describe('a cluster of three', () => {
  const dir = folder()
  let cluster: KafkaCluster
  let producer: KafkaProducer
  let sent = 0
  const send = async (count: number): Promise<void> => {
    const numbers = Array.from({ length: count }, (_, index) => sent + index)
    await producer.send(numbers.map((number) => ({ topic: TOPIC.name, partition: number % 3, value: Buffer.from(String(number)) })))
    sent += count
  }
  const numbers = async (): Promise<number[]> =>
    (await readTopic(cluster.brokers, TOPIC.name)).map((message) => Number(message.value)).sort((a, b) => a - b)
  const expected = (): number[] => Array.from({ length: sent }, (_, index) => index)

  before(async () => {
    cluster = await startKafkaCluster({ dir, brokers: 3 })
    producer = createKafkaProducer({ brokers: cluster.brokers, clientId: 'test' })
  })
  after(async () => {
    await producer.close()
    await cluster.remove()
  })

  test('is ready when it says so: every broker knows all three, and topics can be made and used', async () => {
    for (const broker of cluster.brokers) {
      const { clusterId, brokers } = await askForCluster(portOf(broker), 5_000)
      assert.equal(clusterId, cluster.clusterId)
      assert.deepEqual(brokers.toSorted((a, b) => a - b), [1, 2, 3])
    }
    await ensureTopics({ brokers: cluster.brokers, clientId: 'test' }, [TOPIC])
    await send(30)
    assert.deepEqual(await numbers(), expected())
  })

  test('the pid is that of java', async () => {
    for (const node of cluster.nodes.values()) {
      const { command } = (await listProcesses()).find((each) => each.pid === node.process.pid) ?? { command: '' }
      assert.match(command, /^\S*\/java .* kafka\.Kafka .*server\.properties$/)
    }
  })

  test('goes on when a broker is killed, and takes it back', async () => {
    await cluster.killBroker(2)
    assert.deepEqual(cluster.nodes.get(2)?.process.exit, { code: null, signal: 'SIGKILL' })
    const killed = performance.now()
    await send(30)
    const seconds = (performance.now() - killed) / 1000
    assert.ok(seconds < 12, `no new leaders for ${seconds} s`)
    await cluster.startBrokerAgain(2)
    assert.ok((await askForCluster(portOf(cluster.brokers[1]), 5_000)).brokers.includes(2))
    await send(30)
    assert.deepEqual(await numbers(), expected())
  })

  test('keeps everything when all brokers are killed at once', async () => {
    await Promise.all([1, 2, 3].map((nodeId) => cluster.killBroker(nodeId)))
    await Promise.all([1, 2, 3].map((nodeId) => cluster.startBrokerAgain(nodeId)))
    await send(30)
    assert.deepEqual(await numbers(), expected())
  })

  test('stops cleanly and soon, and starts again with the same data and another quorum of ports', async () => {
    const { clusterId } = cluster
    await producer.close()
    const started = performance.now()
    await cluster.stop()
    const seconds = (performance.now() - started) / 1000
    assert.ok(seconds < 8, `stopped after ${seconds} s`)
    assert.deepEqual(await nodesOf(dir), [])
    // On a very busy machine the last one may lose its quorum before it has its leave, and is killed then.
    const clean = [1, 2, 3].filter((nodeId) => existsSync(join(dir, `kafka${nodeId}`, 'data', '.kafka_cleanshutdown')))
    assert.ok(clean.length >= 2, `only ${clean.length} nodes were stopped cleanly`)

    cluster = await startKafkaCluster({ dir, brokers: 3 })
    producer = createKafkaProducer({ brokers: cluster.brokers, clientId: 'test' })
    assert.equal(cluster.clusterId, clusterId)
    assert.deepEqual(await numbers(), expected())
  })

  test('remove leaves nothing: no process, no port, no file', async () => {
    await cluster.remove()
    assert.equal(existsSync(dir), false)
    assert.deepEqual(await nodesOf(dir), [])
    for (const broker of cluster.brokers) assert.equal(await portTaken(portOf(broker)), false)
  })
})

describe('a single broker', () => {
  test('a node of an earlier run on its folder is ended first; a node that can not start says why', async () => {
    const dir = folder()
    const cluster = await startKafkaCluster({ dir, brokers: 1 })
    const [controllerPort = 0] = await freePorts(1)
    const reaper = startReaper()
    const options = {
      ...await prepareKafka(), nodeId: 1, clusterId: cluster.clusterId, reaper,
      port: portOf(cluster.brokers[0]), controllerPort, quorum: { 1: controllerPort },
    }
    try {
      const other = await startBroker({ ...options, clusterId: newClusterId(), dir: join(dir, 'other'), logFile: join(dir, 'other.log') })
      // The port is taken.
      await assert.rejects(other.ready,
        /^Error: kafka1 ended \(code 1\) before it was ready; its log ends with:\n(.*\n)*.*127\.0\.0\.1:\d+/)
      assert.match(readFileSync(join(dir, 'other.log'), 'utf8'), /in use/)

      const place = { dir: join(dir, 'kafka1'), logFile: join(dir, 'kafka1.log') }
      const again = await startBroker({ ...options, ...place })
      assert.deepEqual(await cluster.nodes.get(1)?.process.exited, { code: null, signal: 'SIGKILL' })
      await again.ready
      await again.stop()
      await assert.rejects(startBroker({ ...options, ...place, clusterId: newClusterId() }), /belongs to the cluster/)
    } finally {
      await reaper.close()
      await cluster.remove()
    }
  })
})
