import { ledgerSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerLedger(app: App, { source }: RouteContext): void {
  app.get('/api/ledger', {
    schema: {
      tags: ['Plant'],
      summary: 'What became of every reading',
      description: 'Per log: offsets consumed = stored + dead-lettered + duplicates + holes + lost. Per sensor: the numbers that never '
        + 'arrived, as far as later ones show it; the last readings of a producer that was killed can be known to nobody.',
      response: { 200: ledgerSchema, ...failures },
    },
  }, () => source.read('ledger'))
}
