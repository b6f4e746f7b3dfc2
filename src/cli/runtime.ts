import type { LocalConfig } from '../local/config.ts'
import type { ServiceKind } from '../local/services.ts'
import type { SystemStatus } from '../local/supervisor/protocol.ts'
import type { Environment } from '../runtime/config.ts'
import type { CliConfig } from './config.ts'

export interface BringUpOptions {
  readonly kinds: readonly ServiceKind[]
  /** When the user pressed Enter. */
  readonly startedAtMs: number
}

/**
 * Where the services run: as processes of this machine, or in containers. Every command is written against this. Each call prints what it
 * does, and throws an `ExitError` with a line for each problem.
 */
export interface Runtime {
  readonly name: 'docker' | 'local'
  /** The caller's variables, and those of the file `.env`. */
  readonly env: Environment
  readonly config: LocalConfig
  /** Null where nothing runs. The memory of containers takes a second to be read, so it is asked for. */
  status(options?: { readonly memory?: boolean }): Promise<SystemStatus | null>
  /** The system that could be started here, all of it stopped. */
  stopped(): SystemStatus
  /** What there is to say where nothing runs. */
  absence(): string
  /**
   * Starts the services of these kinds, and what they need; with producers and consumers it returns when the first reading made after
   * this start is stored. What runs already is left alone, and what was killed by hand stays dead.
   */
  bringUp(options: BringUpOptions): Promise<void>
  /** Starts these services, also those that were killed by hand. */
  revive(names: readonly string[]): Promise<void>
  stop(names: readonly string[]): Promise<void>
  /** By SIGKILL; they stay dead until they are revived. */
  kill(names: readonly string[]): Promise<void>
  /** Changes the number of consumers in the running system, and returns what became of it. */
  scale(consumerCount: number): Promise<SystemStatus>
  /** Stops everything and keeps the data. */
  shutDown(): Promise<void>
  /** Stops everything and deletes data, logs and state. */
  clean(): Promise<void>
  /** Prints the last lines of the logs of a kind, or of those named, or of all; then those that come, where asked for. */
  showLogs(cli: CliConfig, kind: ServiceKind | null): Promise<void>
  /** Makes what a start of these kinds would otherwise make first. */
  build(kinds: readonly ServiceKind[]): Promise<void>
}
