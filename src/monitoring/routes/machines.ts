import { machinesSchema } from '../../contract/history-api.ts'
import type { App } from '../app.ts'
import { buildMachines } from '../machines.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerMachines(app: App, { sensors }: RouteContext): void {
  app.get('/api/machines', {
    schema: {
      tags: ['History'],
      summary: 'Every machine with its sensors, its state and its worst alert level',
      response: { 200: machinesSchema, ...failures },
    },
  }, async () => buildMachines(await sensors.inService()))
}
