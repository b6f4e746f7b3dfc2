import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../process/ports.ts'
import { startReaper } from '../process/reaper.ts'
import { ensureClassArchive } from './archive.ts'
import { startBroker } from './broker.ts'
import type { Broker } from './broker.ts'
import { findJava } from './java.ts'
import type { Java } from './java.ts'
import { ensureKafkaLibraries } from './libraries.ts'
import { formattedClusterId, newClusterId } from './storage.ts'

export interface KafkaInstallation {
  readonly java: Java
  readonly libs: string
}

/** Finds Java, downloads the libraries, and makes the archive that brokers start faster with; 0.1 s when all of it is there. */
export async function prepareKafka(onProgress?: (line: string) => void): Promise<KafkaInstallation> {
  const java = await findJava()
  const libs = await ensureKafkaLibraries(onProgress)
  await ensureClassArchive(java, libs)
  return { java, libs }
}

export interface ClusterOptions {
  readonly dir: string
  readonly brokers: 1 | 3
  /** One for each broker; free ones by default. */
  readonly ports?: readonly number[]
  readonly controllerPorts?: readonly number[]
  /** More settings of a node, or others. */
  readonly settings?: (nodeId: number) => Readonly<Record<string, string>>
  readonly onProgress?: (line: string) => void
}

/** A cluster for a test or a bench, ready for clients; it ends with this process. */
export interface KafkaCluster {
  /** `127.0.0.1:port` each, in the order of the node ids. */
  readonly brokers: readonly string[]
  readonly clusterId: string
  /** By node id (1, 2, 3); another object after `startBrokerAgain`. */
  readonly nodes: ReadonlyMap<number, Broker>
  /** SIGKILL; resolves when it is dead. */
  killBroker(nodeId: number): Promise<void>
  /** Resolves when it is ready. */
  startBrokerAgain(nodeId: number): Promise<void>
  stop(): Promise<void>
  /** Stops it, and deletes its folder. */
  remove(): Promise<void>
}

export async function startKafkaCluster(options: ClusterOptions): Promise<KafkaCluster> {
  const { java, libs } = await prepareKafka(options.onProgress)
  const nodeIds = Array.from({ length: options.brokers }, (_, index) => index + 1)
  const free = await freePorts(2 * options.brokers)
  const ports = options.ports ?? free.slice(0, options.brokers)
  const controllerPorts = options.controllerPorts ?? free.slice(options.brokers)
  const quorum = Object.fromEntries(nodeIds.map((nodeId, index) => [nodeId, controllerPorts[index] as number]))
  const folder = (nodeId: number): string => join(options.dir, `kafka${nodeId}`)
  const clusterId = formattedClusterId(folder(1)) ?? newClusterId()
  await mkdir(options.dir, { recursive: true })

  const reaper = startReaper()
  const nodes = new Map<number, Broker>()
  const start = async (nodeId: number): Promise<Broker> => {
    const broker = await startBroker({
      nodeId, dir: folder(nodeId), logFile: join(options.dir, `kafka${nodeId}.log`), port: ports[nodeId - 1] as number,
      controllerPort: quorum[nodeId] as number, quorum, clusterId, reaper, java, libs,
      ...options.settings === undefined ? {} : { settings: options.settings(nodeId) },
    })
    nodes.set(nodeId, broker)
    return broker
  }
  const node = (nodeId: number): Broker => {
    const broker = nodes.get(nodeId)
    if (broker === undefined) throw new Error(`there is no kafka${nodeId}`)
    return broker
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map((broker) => broker.stop()))
    await reaper.close()
  }
  try {
    const brokers = await Promise.all(nodeIds.map(start))
    await Promise.all(brokers.map((broker) => broker.ready))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    brokers: ports.slice(0, options.brokers).map((port) => `127.0.0.1:${port}`),
    clusterId, nodes, stop,
    async killBroker(nodeId) {
      const broker = node(nodeId)
      if (!broker.process.kill('SIGKILL')) throw new Error(`kafka${nodeId} is not running`)
      await broker.process.exited
    },
    async startBrokerAgain(nodeId) {
      if (node(nodeId).process.exit === null) throw new Error(`kafka${nodeId} is still running`)
      await (await start(nodeId)).ready
    },
    async remove() {
      await stop()
      await rm(options.dir, { recursive: true, force: true })
    },
  }
}
