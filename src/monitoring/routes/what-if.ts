import { whatIfAnswerSchema, whatIfSchema } from '../../contract/alarm-api.ts'
import { errorSchema } from '../../contract/api.ts'
import type { App } from '../app.ts'
import { createGate } from '../gate.ts'
import type { AskWhatIf } from '../what-if.ts'
import { changeFailures } from './context.ts'

/** Each computes for up to 3 s, in slices: others are answered between them, but one beside it would double that. */
const AT_ONCE = 1

export function registerWhatIf(app: App, { whatIf }: { readonly whatIf: AskWhatIf }): void {
  const gate = createGate(AT_ONCE, 'another one is being computed; try again')
  app.post('/api/what-if', {
    schema: {
      tags: ['Alarms'],
      summary: 'Which alarms the stored readings would have raised with other settings',
      description: 'Changes nothing. Each setting goes over what holds now; the answer says what becomes of the alarms of now. At most 200,000 '
        + 'readings, of a type those of its first 100 sensors. For learned_anomaly the detector, the one that the consumers run, begins with up to '
        + '100,000 readings before them, of a week.',
      body: whatIfSchema,
      response: {
        200: whatIfAnswerSchema, 404: { ...errorSchema, description: 'there is no such sensor' }, ...changeFailures,
        503: { ...errorSchema, description: 'the database does not answer, or another one is being computed; the error says which' },
      },
    },
  }, (request) => gate.enter(() => whatIf(request.body)))
}
