import type { ServiceKind } from '../local/services.ts'
import { askSupervisor } from '../local/supervisor-client.ts'
import type { Environment } from '../runtime/config.ts'
import { requireRunning } from './running-system.ts'
import { print, printStep } from './terminal.ts'

/** Stops all services of a kind; the others run on. Returns the exit code. */
export async function stopKind(kind: ServiceKind, env: Environment): Promise<number> {
  const { config, status } = await requireRunning(env)
  const chosen = status.services.filter((service) => service.kind === kind)
  if (chosen.every(({ state }) => state === 'stopped')) print('They are stopped already.')
  await askSupervisor(config.home, { command: 'stop', services: chosen.map(({ name }) => name) }, { onProgress: printStep, silenceMs: 30_000 })
  return 0
}
