import { linkAbort, pause } from '../../runtime/abort.ts'
import { createAlertFormat } from '../alert-line.ts'
import type { Command } from '../command.ts'
import { refuseArguments } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { follows } from '../log-output.ts'
import { rebalanceLines } from '../rebalance-line.ts'
import { createRebalanceWatch } from '../rebalance-watch.ts'
import { requireAddresses } from '../running-system.ts'
import type { ShownLine } from '../shown-message.ts'
import { createTopicTail } from '../tail-topic.ts'
import { print } from '../terminal.ts'

const LAST = 10
/** One sensor's are looked for among so many of each partition. */
const LAST_OF_ALL = 1_000
const POLL_MS = 500

export const monitorAlerts: Command = {
  name: 'monitor-alerts',
  summary: 'Show the alerts as they come, and the rebalances; SENSOR=…, FORMAT=json, FOLLOW=1',
  usage: `

The last alerts in Kafka, one a line: time (UTC), severity, sensor, what it is, value, consumer that found it, description; between them
which consumer got or gave up which partitions. On a terminal, or with FOLLOW=1, what comes then too, until Ctrl+C. FORMAT=json prints
each message as it was sent, and {"rebalancing_event": …}.`,
  async run(args, env) {
    refuseArguments(args, 'monitor-alerts')
    const cli = readCliConfig(args, env)
    const { config, status } = await requireAddresses(env)
    const follow = follows(cli)
    // Whichever of the two fails ends the other.
    const stop = linkAbort(listenForInterrupt())
    const tail = createTopicTail({
      connection: { brokers: status.brokers, clientId: 'monitor-alerts', security: config.kafkaSecurity },
      topic: config.alertTopic, format: createAlertFormat(cli.format, cli.sensor), patient: follow, signal: stop.signal,
    })
    const rebalances = createRebalanceWatch(status.databaseUrl, LAST)
    let alerts: ShownLine[] = []

    /** What has come since the last call, in the order of time. */
    async function show(): Promise<void> {
      const events = rebalanceLines(await rebalances.next(), cli.format)
      const lines = [...alerts, ...events].toSorted((a, b) => a.timeMs - b.timeMs)
      alerts = []
      for (const { text } of lines) print(text)
    }

    async function showOn(): Promise<void> {
      while (!stop.signal.aborted) {
        await pause(POLL_MS, stop.signal)
        await show()
      }
    }

    try {
      alerts = await tail.last(LAST, cli.sensor === null ? LAST : LAST_OF_ALL)
      await show()
      if (follow) await Promise.all([tail.follow((line) => { alerts.push(line) }), showOn()])
      return 0
    } finally {
      stop.abort()
      await Promise.all([tail.close(), rebalances.close()])
    }
  },
}
