import type { Command } from './command.ts'

/** Every command by its name; each is one file, loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'up': async () => (await import('./commands/up.ts')).up,
  'setup': async () => (await import('./commands/setup.ts')).setup,
  'start': async () => (await import('./commands/start.ts')).start,
  'infrastructure-only': async () => (await import('./commands/infrastructure-only.ts')).infrastructureOnly,
  'with-consumers': async () => (await import('./commands/with-consumers.ts')).withConsumers,
  'with-monitoring': async () => (await import('./commands/with-monitoring.ts')).withMonitoring,
  'stop': async () => (await import('./commands/stop.ts')).stop,
  'restart': async () => (await import('./commands/restart.ts')).restart,
  'clean': async () => (await import('./commands/clean.ts')).clean,
  'status': async () => (await import('./commands/status.ts')).status,
  'health': async () => (await import('./commands/health.ts')).health,
  'env': async () => (await import('./commands/env.ts')).env,
  'topics': async () => (await import('./commands/topics.ts')).topics,
  'dashboard': async () => (await import('./commands/dashboard.ts')).dashboard,
  'start-producers': async () => (await import('./commands/start-producers.ts')).startProducers,
  'stop-producers': async () => (await import('./commands/stop-producers.ts')).stopProducers,
  'start-consumers': async () => (await import('./commands/start-consumers.ts')).startConsumers,
  'stop-consumers': async () => (await import('./commands/stop-consumers.ts')).stopConsumers,
  'start-monitoring': async () => (await import('./commands/start-monitoring.ts')).startMonitoring,
  'kill': async () => (await import('./commands/kill.ts')).kill,
  'revive': async () => (await import('./commands/revive.ts')).revive,
  'logs': async () => (await import('./commands/logs.ts')).logs,
  'logs-producers': async () => (await import('./commands/logs-producers.ts')).logsProducers,
  'logs-consumers': async () => (await import('./commands/logs-consumers.ts')).logsConsumers,
}
