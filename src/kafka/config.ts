import { hostList, text } from '../runtime/config.ts'
import { kafkaSecurityVariables } from './security.ts'

const TOPIC_NAME = /^[A-Za-z0-9._-]{1,240}$/
const TOPIC_ALLOWED = "letters, digits, '.', '_' and '-', at most 240"

/** The variables of every process that uses Kafka. */
export const kafkaVariables = {
  KAFKA_BROKERS: hostList({
    defaultValue: ['kafka1:29092', 'kafka2:29092', 'kafka3:29092'],
    defaultText: 'kafka1:29092,kafka2:29092,kafka3:29092',
    help: 'Where the Kafka cluster answers; one broker is enough, the others are learned from it.',
  }),
  SENSOR_TOPIC: text({
    defaultValue: 'sensor-data', pattern: TOPIC_NAME, allowed: TOPIC_ALLOWED,
    help: 'The topic of the readings. Its dead letters go to the topic of this name with `.dlq`.',
  }),
  ALERT_TOPIC: text({ defaultValue: 'alerts', pattern: TOPIC_NAME, allowed: TOPIC_ALLOWED, help: 'The topic of the alerts.' }),
  ...kafkaSecurityVariables,
}
