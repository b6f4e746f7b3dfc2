import type { Command } from '../command.ts'
import { refuseArguments } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { follows } from '../log-output.ts'
import { createReadingFormat } from '../reading-line.ts'
import { requireAddresses } from '../running-system.ts'
import { createTopicTail } from '../tail-topic.ts'
import { print } from '../terminal.ts'

const LAST = 10
/** One sensor's are looked for among so many of each partition. */
const LAST_OF_ALL = 1_000

export const monitorSensors: Command = {
  name: 'monitor-sensors',
  summary: 'Show the readings as they come; SENSOR=temp-sensor-001, FORMAT=json, FOLLOW=1',
  usage: `

The last readings in Kafka, one a line: time (UTC), sensor, value, alert level, where, partition:offset. On a terminal, or with FOLLOW=1,
what comes then too, until Ctrl+C. What the consumers would refuse is shown with the reason. FORMAT=json prints each message as it was sent.`,
  async run(args, env) {
    refuseArguments(args, 'monitor-sensors')
    const cli = readCliConfig(args, env)
    const { config, status } = await requireAddresses(env)
    const follow = follows(cli)
    const tail = createTopicTail({
      connection: { brokers: status.brokers, clientId: 'monitor-sensors', security: config.kafkaSecurity },
      topic: config.sensorTopic, format: createReadingFormat(cli.format, cli.sensor), patient: follow, signal: listenForInterrupt(),
    })
    try {
      for (const { text } of await tail.last(LAST, cli.sensor === null ? LAST : LAST_OF_ALL)) print(text)
      if (follow) await tail.follow(({ text }) => { print(text) })
      return 0
    } finally {
      await tail.close()
    }
  },
}
