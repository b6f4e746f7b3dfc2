import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoService } from '../../src/contract/demo-api.ts'
import { startDemoServer } from '../../src/demo/demo-server.ts'
import { ExitError } from '../../src/runtime/errors.ts'
import { createLog } from '../../src/runtime/log.ts'
import type { Owner } from './plant.ts'

export interface Stage {
  /** DEMO_SOCKET */
  readonly socket: string
  readonly states: Map<string, DemoService['state']>
  /** Those that can't be killed. */
  readonly broken: Set<string>
  /** As when the system was stopped and started again. */
  restart(): Promise<void>
}

const NAMES = ['kafka1', 'kafka2', 'kafka3', 'postgres', 'temperature-sensor', 'vibration-sensor', 'energy-sensor', 'consumer-1', 'consumer-2', 'consumer-3']

/** The control socket of a demonstration with services of which there is nothing but their state; `test/integration/demo.test.ts` kills real ones. */
export async function startStage(owner: Owner): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'stage-'))
  const socket = join(folder, 'demo.sock')
  const states = new Map<string, DemoService['state']>(NAMES.map((name) => [name, 'running']))
  const broken = new Set<string>()
  const listen = () => startDemoServer(socket, {
    list: async () => [...states].map(([name, state]) => ({ name, state })),
    async kill(name) {
      if (broken.has(name)) throw new ExitError(`${name} can not be reached`)
      states.set(name, 'killed')
    },
    revive: async (name) => void states.set(name, 'running'),
  }, createLog('stage', 'silent'))
  let server = await listen()
  owner.after(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    socket, states, broken,
    async restart() {
      server.close()
      server = await listen()
    },
  }
}
