/** What a topic must be; `sensor-data` and `alerts` can be renamed by SENSOR_TOPIC and ALERT_TOPIC. */
export interface TopicSettings {
  readonly name: string
  readonly partitions: number
  readonly replication: number
  readonly configs: Readonly<Record<string, string>>
}

/** Largest reading that the topic takes, in bytes of a record batch. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024
const DURABLE = { 'retention.ms': String(7 * 86_400_000), 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'false' }

export function topicSettings(sensorTopic: string, alertTopic: string): readonly TopicSettings[] {
  return [
    { name: sensorTopic, partitions: 3, replication: 2, configs: { ...DURABLE, 'max.message.bytes': String(MAX_MESSAGE_BYTES) } },
    { name: alertTopic, partitions: 2, replication: 2, configs: { ...DURABLE, 'max.message.bytes': String(MAX_MESSAGE_BYTES) } },
    // Twice as much: a reading at the limit must still fit with the reason in its headers.
    { name: deadLetterTopic(sensorTopic), partitions: 1, replication: 2, configs: { ...DURABLE, 'max.message.bytes': String(2 * MAX_MESSAGE_BYTES) } },
  ]
}

export function deadLetterTopic(sensorTopic: string): string {
  return `${sensorTopic}.dlq`
}
