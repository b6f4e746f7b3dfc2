import { partitionAssignmentSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { failures } from './context.ts'
import type { RouteContext } from './context.ts'

export function registerPartitionAssignment(app: App, { source }: RouteContext): void {
  app.get('/api/partition-assignment', {
    schema: {
      tags: ['Plant'],
      summary: 'Who reads which partition, and how far',
      description: 'Offsets and lag come from Kafka and are null while it does not answer.',
      response: { 200: partitionAssignmentSchema, ...failures },
    },
  }, () => source.read('partitions'))
}
