import { topicSettings } from '../../src/contract/topics.ts'
import { askBrokers } from '../../src/kafka/broker-requests.ts'
import { readLogSizes } from '../../src/kafka/log-sizes.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { readTopology } from '../../src/kafka/topology.ts'
import { createLog } from '../../src/runtime/log.ts'
import { startLoad } from '../load/load.ts'
import { ALERT_TOPIC } from '../plant.ts'
import type { BenchPlant } from '../plant.ts'
import { progress, whole } from '../report.ts'

export interface TopicOptions {
  readonly topic: string
  readonly partitions: number
  readonly sensors: number
  readonly readings: number
}

/** Makes a topic and fills it. Resolves with the bytes of a reading in one replica, uncompressed. */
export async function fillTopic(plant: BenchPlant, { topic, partitions, sensors, readings }: TopicOptions): Promise<number> {
  await makeTopic(plant, topic, partitions)
  const { counts, seconds } = await startLoad({
    brokers: plant.brokers, topic, partitions, sensors, ratePerS: 'max', seed: 'scaling', count: readings, healthy: true, log: createLog('load', 'error'),
  }).done
  if (counts.acknowledged !== readings) throw new Error(`of ${readings} readings only ${counts.acknowledged} were acknowledged`)
  progress(`${topic}: ${whole(readings)} readings after ${seconds.toFixed(1)} s`)
  return await replicaBytes(plant, topic) / readings
}

export async function makeTopic({ brokers }: BenchPlant, topic: string, partitions: number): Promise<void> {
  const settings = topicSettings(topic, ALERT_TOPIC).map((each) => (each.name === topic ? { ...each, partitions } : each))
  await ensureTopics({ brokers, clientId: 'bench' }, settings)
}

/** The largest copy of each partition, added up. */
async function replicaBytes({ brokers }: BenchPlant, topic: string): Promise<number> {
  const sizes = await askBrokers({ brokers, clientId: 'bench' }, async (requests) => readLogSizes(requests, await readTopology(requests, [topic])))
  const largest = new Map<number, number>()
  for (const { partitions } of sizes.values()) {
    for (const [partition, bytes] of partitions.get(topic) ?? []) largest.set(partition, Math.max(bytes, largest.get(partition) ?? 0))
  }
  return [...largest.values()].reduce((sum, bytes) => sum + bytes, 0)
}
