import { join } from 'node:path'
import type { Servers } from '../harness/servers.ts'
import { failedOutcome } from './results.ts'
import type { Outcome } from './results.ts'
import { removeFolder } from './run-context.ts'
import type { RunContext } from './run-context.ts'

/** One Kafka cluster and one PostgreSQL server for all files of the phases that want them. */
export interface SharedPlant {
  /** Starts it the first time; the environment tells the test files where it is. */
  start(): Promise<{ readonly env: Readonly<Record<string, string>> } | { readonly failure: Outcome }>
  close(): Promise<void>
}

export function createSharedPlant(run: RunContext): SharedPlant {
  let running: { readonly servers: Servers, readonly folder: string } | undefined
  return {
    async start() {
      if (running !== undefined) return { env: running.servers.env }
      const folder = run.makeFolder()
      try {
        // Loaded late, so that a mistake in what it imports doesn't keep lint and unit tests from running.
        const { startServers } = await import('../harness/servers.ts')
        running = { servers: await startServers(join(folder, 'servers')), folder }
        return { env: running.servers.env }
      } catch (error) {
        removeFolder(folder)
        const text = error instanceof Error ? error.stack : String(error)
        return { failure: failedOutcome('the shared Kafka and PostgreSQL', `could not be started: ${text}`) }
      }
    },
    async close() {
      if (running === undefined) return
      const { servers, folder } = running
      running = undefined
      await servers.stop()
      removeFolder(folder)
    },
  }
}
