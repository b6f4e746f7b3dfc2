import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createLog } from '../../src/runtime/log.ts'
import { startLoad } from './load.ts'

const USAGE = `Sends the readings of many simulated sensors to Kafka, and records which of them were acknowledged.

  node bench/load/main.ts [--rate 2000|max] [--duration SECONDS] [--count READINGS] [--sensors 100] [--seed 1]
                          [--brokers HOST:PORT,…] [--topic sensor-data] [--partitions 3] [--prefix load] [--record FILE]

--brokers defaults to KAFKA_BROKERS. It ends after --duration or --count, or with SIGINT. The record is JSON.`

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' }, duration: { type: 'string' }, count: { type: 'string' },
    sensors: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' },
    brokers: { type: 'string', default: process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092,127.0.0.1:9094,127.0.0.1:9096' },
    topic: { type: 'string', default: process.env['SENSOR_TOPIC'] ?? 'sensor-data' },
    partitions: { type: 'string', default: '3' }, prefix: { type: 'string', default: 'load' }, record: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  console.log(USAGE)
  process.exit(0)
}

const load = startLoad({
  brokers: values.brokers.split(','), topic: values.topic, sensors: Number(values.sensors), seed: values.seed,
  ratePerS: values.rate === 'max' ? 'max' : Number(values.rate), partitions: Number(values.partitions), prefix: values.prefix,
  ...(values.duration === undefined ? {} : { durationS: Number(values.duration) }),
  ...(values.count === undefined ? {} : { count: Number(values.count) }),
  log: createLog('load', 'info'),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { load.stop().catch(() => undefined) })

let before = 0
const progress = setInterval(() => {
  const { made, acknowledged, waiting } = load.counts
  console.error(`made ${made}, acknowledged ${acknowledged} (${acknowledged - before}/s), waiting ${waiting}`)
  before = acknowledged
}, 1000)
const { sensors, ...summary } = await load.done
clearInterval(progress)
if (values.record !== undefined) writeFileSync(values.record, JSON.stringify({ ...summary, sensors }))
console.log(JSON.stringify({ ...summary, sensors: sensors.length, perSecond: Math.round(summary.counts.acknowledged / summary.seconds) }))
process.exit(0)
