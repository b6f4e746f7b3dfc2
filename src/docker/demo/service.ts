import { startDemoServer } from '../../demo/demo-server.ts'
import type { Service } from '../../runtime/lifecycle.ts'
import type { Log } from '../../runtime/log.ts'
import { DEMO_SOCKET } from '../config.ts'
import type { DemoConfig } from './config.ts'
import { engineRunner } from './engine-runner.ts'

const ENGINE_SOCKET = '/var/run/docker.sock'
/** The monitoring service has the group of this process, not its user. */
const SOCKET_MODE = 0o660

/** Kills and revives the containers of a demonstration for the monitoring service, which so needs no access to the engine. */
export async function startDemo({ project }: DemoConfig, log: Log): Promise<Service> {
  const server = await startDemoServer(DEMO_SOCKET, engineRunner(ENGINE_SOCKET, project), log, SOCKET_MODE)
  log.info({ project }, 'ready')
  return { close: async () => server.close(), failed: new Promise(() => undefined) }
}
