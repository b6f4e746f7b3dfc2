import type { KafkaConnection } from '../../kafka/client.ts'
import { createTemporaryTopics } from '../../kafka/temporary-topics.ts'
import type { TemporaryTopics } from '../../kafka/temporary-topics.ts'
import type { SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { messageOf } from '../../runtime/errors.ts'
import { refuseArguments } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { requireAddresses } from '../running-system.ts'
import { coloured, print, printFailure } from '../terminal.ts'
import { createCheckRun } from './check-run.ts'
import type { CheckRun } from './check-run.ts'
import { conclusion, printResult } from './verdicts.ts'

/** What the checks are about. */
export interface CheckedSystem {
  readonly status: SystemStatus
  readonly env: Environment
  readonly connection: KafkaConnection
  /** With which the monitoring service is asked. */
  readonly credentials: Readonly<Record<string, string>>
  readonly sensorTopic: string
  readonly alertTopic: string
  /** Deleted when the command ends, however it ends. */
  readonly temporaryTopics: TemporaryTopics
}

/** Runs a command's checks on the running system and prints a verdict for each. Returns the exit code: 1 when any of them failed. */
export async function runChecks(
  command: string, args: readonly string[], callersEnv: Environment, makeChecks: (run: CheckRun, system: CheckedSystem) => Promise<void>,
): Promise<number> {
  refuseArguments(args, command)
  const { format, monitoringToken } = readCliConfig(args, callersEnv)
  const { config, status, env } = await requireAddresses(callersEnv)
  const connection = { brokers: status.brokers, clientId: command, security: config.kafkaSecurity }
  const credentials = monitoringToken === null ? {} : { authorization: `Bearer ${monitoringToken}` }
  const temporaryTopics = createTemporaryTopics()
  const run = createCheckRun(listenForInterrupt(), format === 'json' ? () => {} : printResult)
  const startedMs = performance.now()
  try {
    const { sensorTopic, alertTopic } = config
    await makeChecks(run, { status, env, connection, credentials, sensorTopic, alertTopic, temporaryTopics })
  } finally {
    await temporaryTopics.removeAll().catch((error: unknown) => { printFailure(`A topic temporary-check-… could not be deleted: ${messageOf(error)}`) })
  }
  const ok = run.results.every((result) => result.ok)
  if (format === 'json') print(JSON.stringify({ ok, checks: run.results }, null, 2))
  else print(coloured(ok ? 'green' : 'red', conclusion(run.results, (performance.now() - startedMs) / 1000)))
  return ok ? 0 : 1
}
