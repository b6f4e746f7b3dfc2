import type { LocalConfig } from '../config.ts'
import { startBroker } from '../kafka/broker.ts'
import type { KafkaInstallation } from '../kafka/cluster.ts'
import { formattedClusterId, newClusterId } from '../kafka/storage.ts'
import type { Reaper } from '../process/reaper.ts'
import { brokerPorts } from '../services.ts'
import { brokerFolder, logFile } from '../state-files.ts'
import { explainServerEnding } from './ending-reason.ts'
import type { Launched } from './runner.ts'

/** The cluster whose data is in FACTORY_HOME, or a new id where there is none. */
export function clusterIdOf(home: string): string {
  for (const { nodeId } of brokerPorts(1)) {
    const id = formattedClusterId(brokerFolder(home, nodeId))
    if (id !== undefined) return id
  }
  return newClusterId()
}

export async function launchBroker(
  nodeId: number, options: { readonly config: LocalConfig, readonly clusterId: string, readonly installation: KafkaInstallation, readonly reaper: Reaper },
): Promise<Launched> {
  const { config, clusterId, installation, reaper } = options
  const ports = brokerPorts(config.kafkaPortBase)
  const own = ports.find((each) => each.nodeId === nodeId)
  if (own === undefined) throw new Error(`there is no broker ${nodeId}`)
  const file = logFile(config.home, `kafka${nodeId}`)
  const broker = await startBroker({
    ...own, quorum: Object.fromEntries(ports.map((each) => [each.nodeId, each.controllerPort])),
    dir: brokerFolder(config.home, nodeId), logFile: file, clusterId, reaper, ...installation,
  })
  return {
    pid: broker.process.pid,
    exited: broker.process.exited,
    ready: broker.ready,
    stop: () => broker.stop(),
    kill: (signal) => broker.process.kill(signal),
    explain: (exit) => explainServerEnding(exit, file),
  }
}
