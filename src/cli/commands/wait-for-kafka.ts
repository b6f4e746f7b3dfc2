import { ExitError } from '../../runtime/errors.ts'
import { pause } from '../../runtime/abort.ts'
import type { Command } from '../command.ts'
import { refuseArguments } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { readReadiness } from '../kafka-readiness.ts'
import { print } from '../terminal.ts'

const POLL_MS = 500
const PROGRESS_MS = 2_000

export const waitForKafka: Command = {
  name: 'wait-for-kafka',
  summary: 'Wait until all brokers answer as one cluster; TIMEOUT_S=60',
  usage: `

Ready is: every broker answers, as one cluster with a controller, and the partitions of the topics that exist have leaders. Exit code 1,
and what is missing, when that isn't so after TIMEOUT_S.`,
  async run(args, env) {
    refuseArguments(args, 'wait-for-kafka')
    const { timeoutS } = readCliConfig(args, env)
    const startedMs = performance.now()
    const waitedS = (): number => (performance.now() - startedMs) / 1000
    const over = new AbortController()
    const deadline = setTimeout(() => { over.abort() }, timeoutS * 1000)
    let detail = 'no answer yet'
    const progress = setInterval(() => { print(`  ${Math.round(waitedS())} s: ${detail}`) }, PROGRESS_MS)
    try {
      while (!over.signal.aborted) {
        const readiness = await readReadiness(env, over.signal)
        if (over.signal.aborted) break
        detail = readiness.detail
        if (readiness.ready) {
          print(`Kafka is ready after ${waitedS().toFixed(1)} s: ${detail}`)
          return 0
        }
        await pause(POLL_MS, over.signal)
      }
    } finally {
      clearInterval(progress)
      clearTimeout(deadline)
      over.abort()
    }
    throw new ExitError(`Kafka is not ready after ${timeoutS} s: ${detail}`)
  },
}
