import type { ServiceKind } from '../../local/services.ts'
import { ALL_KINDS } from '../service-kinds.ts'
import { timedStep } from '../terminal.ts'
import type { DockerSystem } from './read-system.ts'
import { isOurs } from './read-system.ts'

/** The service of docker-compose.yml that builds the image which all of its kind run. */
const BUILDERS: Readonly<Partial<Record<ServiceKind, string>>> = { producer: 'temperature-sensor', consumer: 'consumer-1', monitoring: 'monitoring' }

/** Builds our images of these kinds; all of them, and the one with the checks, when all kinds are asked for. */
export async function buildImages({ compose }: DockerSystem, kinds: readonly ServiceKind[]): Promise<void> {
  const builders = Object.entries(BUILDERS).filter(([kind]) => (kinds as readonly string[]).includes(kind)).map(([, service]) => service)
  if (builders.length === 0) return
  const tester = ALL_KINDS.every((kind) => kinds.includes(kind)) ? ['tester'] : []
  await timedStep('Images built', () => compose().run(['--profile', 'tester', 'build', ...builders, ...tester], { onTerminal: process.stdout.isTTY }))
}

/** Pulls the images of the servers of these kinds that aren't there yet. */
export async function pullImages({ compose, services }: DockerSystem, kinds: readonly ServiceKind[]): Promise<void> {
  const pulled = services.filter(({ kind }) => kinds.includes(kind) && !isOurs(kind)).map(({ name }) => name)
  if (pulled.length === 0) return
  await timedStep('Images pulled', () => compose().run(['pull', '--policy', 'missing', ...pulled], { onTerminal: process.stdout.isTTY }))
}
