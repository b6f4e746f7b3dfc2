import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DemoService } from '../contract/demo-api.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import { MAX_REQUEST_BYTES, mayBeKilled, parseRequest } from './protocol.ts'
import type { DemoAnswer, DemoProblem, DemoRequest } from './protocol.ts'

/** Who runs the services. An `ExitError` is a problem that can be told, any other error ours. */
export interface DemoRunner {
  /** All services, in the order in which they are shown; those that may not be killed are left out here. */
  list(): Promise<readonly DemoService[]>
  /** By SIGKILL; it stays dead until it is revived. */
  kill(name: string): Promise<void>
  /** Resolves when it is ready, however long that takes. */
  revive(name: string): Promise<void>
}

/** Whoever connects sends a line at once. */
const REQUEST_WITHIN_MS = 5_000
const MAX_CONNECTIONS = 32
/** What takes longer goes on; what comes of it is seen in the list. */
const ANSWER_WITHIN_MS = 3_000

const FROM_STATES: Readonly<Record<'kill' | 'revive', readonly DemoService['state'][]>> = {
  kill: ['starting', 'running', 'restarting'],
  // What somebody stopped in good order stays stopped.
  revive: ['killed', 'failed'],
}

class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly problem: DemoProblem

  constructor(problem: DemoProblem, message: string) {
    super(message)
    this.problem = problem
  }
}

/**
 * Listens at this path for what the page of a demonstration may ask, and nothing else; whoever may enter its folder may connect. A socket
 * that is there already is a dead one. `mode`: of the socket, where others than its owner have to connect.
 */
export async function startDemoServer(path: string, runner: DemoRunner, log: Log, mode = 0o600): Promise<{ close(): void }> {
  // Of this start: who was let in before it isn't any more.
  const run = randomBytes(9).toString('base64url')
  rmSync(path, { force: true })
  const server = createServer((socket) => serve(socket, async (line) => {
    try {
      return { type: 'done', run, services: await respond(line, runner, log) }
    } catch (error) {
      if (error instanceof Refusal) return { type: 'refused', problem: error.problem, message: error.message }
      if (!(error instanceof ExitError)) log.error({ err: error }, 'a request of the demonstration failed')
      return { type: 'refused', problem: 'failed', message: messageOf(error) }
    }
  }))
  server.maxConnections = MAX_CONNECTIONS
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, mode)
  return { close: () => { server.close() } }
}

/** Reads one line, and no more than a request can be long. */
function serve(socket: Socket, answerOf: (line: string) => Promise<DemoAnswer>): void {
  let text = ''
  const answer = (answered: DemoAnswer): void => { if (socket.writable) socket.end(`${JSON.stringify(answered)}\n`) }
  const read = (chunk: string): void => {
    text += chunk
    const end = text.indexOf('\n')
    if (end === -1 && Buffer.byteLength(text) <= MAX_REQUEST_BYTES) return
    socket.off('data', read).setTimeout(0)
    // What else may come is thrown away.
    socket.resume()
    const line = text.slice(0, end)
    if (end === -1 || Buffer.byteLength(line) > MAX_REQUEST_BYTES) {
      answer({ type: 'refused', problem: 'malformed', message: `a request has at most ${MAX_REQUEST_BYTES} bytes` })
    } else {
      void answerOf(line).then(answer)
    }
  }
  // Whoever asked may be gone; what was begun goes on.
  socket.on('error', () => undefined)
  socket.setTimeout(REQUEST_WITHIN_MS, () => socket.destroy())
  socket.setEncoding('utf8').on('data', read)
}

async function respond(line: string, runner: DemoRunner, log: Log): Promise<readonly DemoService[]> {
  const request = parseRequest(line)
  if (request === null) throw new Refusal('malformed', 'this is no request: {"command": "list"}, or "kill" or "revive" with "service"')
  if (request.command !== 'list') await act(request, runner, log)
  return listed(runner)
}

async function act({ command, service }: Exclude<DemoRequest, { command: 'list' }>, runner: DemoRunner, log: Log): Promise<void> {
  const found = (await listed(runner)).find(({ name }) => name === service)
  if (found === undefined) {
    throw new Refusal('unknown', service === 'monitoring' ? 'the monitoring service is needed to revive others, so it can not be killed'
      : 'there is no such service here')
  }
  if (!FROM_STATES[command].includes(found.state)) {
    throw new Refusal('state', `${service} is ${found.state}, so it can not be ${command === 'kill' ? 'killed' : 'revived'}`)
  }
  log.info({ command, serviceName: service }, 'demonstration')
  const work = runner[command](service)
  // Told in the list, once nobody waits for it any more.
  work.catch((error: unknown) => { log.warn({ command, serviceName: service, reason: messageOf(error) }, 'the demonstration could not do it') })
  await Promise.race([work, sleep(ANSWER_WITHIN_MS, undefined, { ref: false })])
}

async function listed(runner: DemoRunner): Promise<readonly DemoService[]> {
  return (await runner.list()).filter(({ name }) => mayBeKilled(name))
}
