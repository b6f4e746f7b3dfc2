import { producersSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { listProducers } from '../sensor-producers.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerProducerHealth(app: App, { source, sensors }: RouteContext): void {
  app.get('/api/producer-health', {
    schema: {
      tags: ['Plant'],
      summary: 'Every producer with its state and rate',
      description: 'Producers that gave a sign of life in the last 7 days. Then the sensors without a heartbeat of their own, because one process '
        + 'makes the readings of many: their last heartbeat is their newest reading, and what they reported of themselves is their status.',
      response: { 200: producersSchema, ...failures },
    },
  }, async () => {
    const [producers, known] = await Promise.all([source.read('producers'), sensors.inService()])
    return listProducers(producers, known, Date.now())
  })
}
