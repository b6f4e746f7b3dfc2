import type { ServiceKind } from '../services.ts'

/**
 * `starting` until it is ready; `restarting` after it ended by itself, until it is ready again; `failed` when a person has to mend it;
 * `killed` by `make kill`, until it is revived.
 */
export type ServiceState = 'stopped' | 'starting' | 'running' | 'stopping' | 'restarting' | 'failed' | 'killed'

export interface ServiceStatus {
  readonly name: string
  readonly kind: ServiceKind
  readonly state: ServiceState
  /** Of the program itself; null while there is no process. */
  readonly pid: number | null
  readonly uptimeS: number | null
  /** How often it was started again by itself, since it was asked to run. */
  readonly restarts: number
  /** Resident memory of the process. */
  readonly memoryMB: number | null
  /** The first that it listens on. */
  readonly port: number | null
  /** Its id in producer_health or consumer_health. */
  readonly healthId: string | null
  /** Why it isn't running, where it ended by itself. */
  readonly reason: string | null
}

export interface SystemStatus {
  /** Null where it isn't a supervisor's. */
  readonly supervisorPid: number | null
  /** A start is under way. */
  readonly starting: boolean
  readonly services: readonly ServiceStatus[]
  /** As the caller's variables were read when the system was started. */
  readonly ports: { readonly kafkaPortBase: number, readonly postgresPort: number, readonly monitoringPort: number, readonly monitoringHost: string }
  /** How many there are, whatever their state. */
  readonly consumerCount: number
  readonly brokers: readonly string[]
  readonly databaseUrl: string
  readonly monitoringUrl: string
  /** It was started as a demonstration: services can be killed and revived from the page. */
  readonly demo: boolean
  /** Whether they are ours. */
  readonly ownKafka: boolean
  readonly ownPostgres: boolean
}

/** What a command asks of the supervisor: one line of JSON. `services` are names. */
export type Request =
  | { readonly command: 'status' }
  /** Starts those that aren't running, with what they need. The environment is for producers, consumers and the monitoring service. */
  | { readonly command: 'start', readonly services: readonly string[], readonly env: Readonly<Record<string, string>>, readonly revive: boolean }
  | { readonly command: 'stop', readonly services: readonly string[] }
  | { readonly command: 'kill', readonly services: readonly string[] }
  /** Stops the consumers above this number and forgets them, and starts those up to it as `start` does. */
  | { readonly command: 'scale', readonly consumerCount: number, readonly env: Readonly<Record<string, string>> }
  /** Stops everything, and the supervisor itself. */
  | { readonly command: 'shutdown' }

/** A step that is over. */
export interface Progress {
  readonly label: string
  readonly seconds: number
  /** Why it failed. */
  readonly failure?: string
}

/** What it answers: any number of lines of progress, then one of the others. */
export type Answer =
  | { readonly type: 'progress', readonly progress: Progress }
  | { readonly type: 'done', readonly status: SystemStatus }
  | { readonly type: 'failed', readonly message: string }
