import { askSupervisor, endSupervisor, supervisorLives } from '../../local/supervisor-client.ts'
import { ExitError } from '../../runtime/errors.ts'
import { print, printFailure, printStep } from '../terminal.ts'

/** A producer and a broker may each take their whole time. */
const SILENCE_MS = 30_000

/** Stops all services in the reverse order, then the supervisor, and prints each step; by force when it doesn't do as it is told. */
export async function shutDown(home: string): Promise<void> {
  const started = Date.now()
  try {
    const status = await askSupervisor(home, { command: 'shutdown' }, { onProgress: printStep, silenceMs: SILENCE_MS })
    if (status === null && !supervisorLives(home)) {
      print('Nothing runs.')
      return
    }
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    printFailure(error.message)
  }
  await endSupervisor(home)
  print(`Stopped after ${((Date.now() - started) / 1000).toFixed(1)} s; the data is kept`)
}
