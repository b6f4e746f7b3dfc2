import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endLeftovers } from '../process/leftovers.ts'
import { lastLines } from '../process/log-tail.ts'
import { portAnswers } from '../process/ports.ts'
import type { Reaper } from '../process/reaper.ts'
import { spawnOwned, stopProcess } from '../process/spawn.ts'
import type { OwnedProcess } from '../process/spawn.ts'
import type { Java } from './java.ts'
import { javaEnvironment, jvmArguments } from './jvm.ts'
import { askForCluster } from './probe.ts'
import { DATA_FOLDER, brokerSettings, formatSettings } from './settings.ts'
import type { BrokerAddress } from './settings.ts'
import { formatStorage } from './storage.ts'

export interface BrokerOptions extends BrokerAddress {
  /** The node's own folder: settings and `data` in it. Nobody else may use it at the same time. */
  readonly dir: string
  readonly logFile: string
  /** The cluster's, the same for all nodes; see `newClusterId` and `formattedClusterId`. */
  readonly clusterId: string
  readonly reaper: Reaper
  readonly java: Java
  /** From `ensureKafkaLibraries`. */
  readonly libs: string
  /** Besides those of `brokerSettings`, or instead of them. */
  readonly settings?: Readonly<Record<string, string>>
  /** Writes an archive of the loaded classes to this file when it ends; see `archive.ts`. */
  readonly archiveAtExit?: string
}

export interface Broker {
  readonly process: OwnedProcess
  /** When the node serves clients as a part of the cluster. Rejects when it ended before, with the last lines of its log. */
  readonly ready: Promise<void>
  /** SIGTERM, then SIGKILL; 15 s at most, 1 s as a rule. Safe to call twice. */
  stop(): Promise<void>
}

/** Kafka writes it into the data folder when all logs are closed, and removes it at its start. */
const CLEAN_SHUTDOWN_FILE = '.kafka_cleanshutdown'
const READY_DEADLINE_MS = 90_000
const STOP_DEADLINE_MS = 10_000
/** Time to leave the quorum after the logs are closed. */
const LEAVE_MS = 1_000
/** A node with the leave of its quorum needs less, unless the machine is very busy. */
const PATIENCE_MS = 1_500

/** Formats the node's folder when it isn't yet, kills a leftover of an earlier run on it, and starts the node. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { dir, java, libs, logFile } = options
  await mkdir(dir, { recursive: true })
  const settingsFile = join(dir, 'server.properties')
  await endLeftovers((command) => command.endsWith(`${MAIN_CLASS} ${settingsFile}`))
  await formatStorage(options)
  await writeFile(settingsFile, formatSettings({ ...brokerSettings(options), ...options.settings }))
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0
  const node = await spawnOwned(java.path, [...jvmArguments(java, libs, options.archiveAtExit), MAIN_CLASS, settingsFile],
    { cwd: dir, env: javaEnvironment(), logFile, reaper: options.reaper })
  const ready = waitUntilReady(node, options, logStart)
  // Whoever stops it before it was ready need not wait for this.
  ready.catch(() => undefined)
  return { process: node, ready, stop: () => stop(node, options) }
}

const MAIN_CLASS = 'kafka.Kafka'

async function waitUntilReady(node: OwnedProcess, { nodeId, port, clusterId, logFile }: BrokerOptions, logStart: number): Promise<void> {
  const deadline = Date.now() + READY_DEADLINE_MS
  for (;;) {
    if (node.exit !== null) {
      const { code, signal } = node.exit
      const log = lastLines(logFile, 8, logStart)
      throw new Error(`kafka${nodeId} ended (${signal ?? `code ${code}`}) before it was ready; its log ends with:\n${log}`)
    }
    if (Date.now() > deadline) throw new Error(`kafka${nodeId} was not ready within ${READY_DEADLINE_MS} ms; see ${logFile}`)
    // Somebody else may have the port; this node will find that out soon.
    const view = await askForCluster(port, 1_000).catch(() => undefined)
    if (view?.clusterId === clusterId && view.brokers.includes(nodeId)) return
    await Promise.race([sleep(100), node.exited])
  }
}

/**
 * A node asks the quorum's leave before it stops, closes its logs, and then leaves the quorum. When the whole cluster stops, two waits of
 * Kafka's are in vain, and a kill ends them: the active controller waits 5 s for a successor, with its logs already closed; and a
 * node that is slower than the others waits 5 minutes for the leave of a quorum that is gone.
 */
async function stop(node: OwnedProcess, options: BrokerOptions): Promise<void> {
  if (node.exit !== null) return
  node.kill('SIGTERM')
  // It takes no other signal than SIGKILL while it is stopped by SIGSTOP.
  node.kill('SIGCONT')
  const started = Date.now()
  while (node.exit === null && !existsSync(join(options.dir, DATA_FOLDER, CLEAN_SHUTDOWN_FILE))) {
    const waitedMs = Date.now() - started
    if (waitedMs > STOP_DEADLINE_MS || (waitedMs > PATIENCE_MS && !await quorumAnswers(options))) break
    await Promise.race([sleep(50), node.exited])
  }
  await Promise.race([sleep(LEAVE_MS), node.exited])
  await stopProcess(node, [{ signal: 'SIGKILL', waitMs: 4_000 }])
}

/** Whether so many of the controllers listen that they can still decide something. */
async function quorumAnswers({ quorum }: BrokerOptions): Promise<boolean> {
  const answering = await Promise.all(Object.values(quorum).map((port) => portAnswers(port)))
  return answering.filter(Boolean).length > answering.length / 2
}
