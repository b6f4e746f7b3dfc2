import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { ExitError, messageOf } from '../../runtime/errors.ts'
import type { Log } from '../../runtime/log.ts'
import { makePrivateFolder } from '../state-files.ts'
import type { Answer, Progress, Request, SystemStatus } from './protocol.ts'

/** Does what a command asks; what it returns is the answer. An `ExitError` is the caller's problem, any other error ours. */
export type Handler = (request: Request, report: (progress: Progress) => void) => Promise<SystemStatus>

/** Listens at this path, in a folder that nobody else can enter. The caller holds the supervisor's lock, so a socket there is a dead one. */
export async function startControlServer(path: string, handle: Handler, log: Log): Promise<{ close(): void }> {
  makePrivateFolder(dirname(path))
  rmSync(path, { force: true })
  const server = createServer((socket) => serve(socket, handle, log))
  server.listen(path)
  await once(server, 'listening')
  return { close: () => { server.close() } }
}

function serve(socket: Socket, handle: Handler, log: Log): void {
  const answer = (line: Answer): void => { if (socket.writable) socket.write(`${JSON.stringify(line)}\n`) }
  // Whoever asked may be gone, by Ctrl+C; what was begun goes on.
  socket.on('error', () => undefined)
  createInterface({ input: socket }).on('error', () => undefined).once('line', (line) => {
    void respond(line).then(() => socket.end())
  })

  async function respond(line: string): Promise<void> {
    try {
      const request = JSON.parse(line) as Request
      if (request.command !== 'status') {
        const { command, services, consumerCount }: { command: string, services?: unknown, consumerCount?: unknown } = request
        log.info({ command, services, consumerCount }, 'command')
      }
      answer({ type: 'done', status: await handle(request, (progress) => answer({ type: 'progress', progress })) })
    } catch (error) {
      if (!(error instanceof ExitError)) log.error({ err: error }, 'a command failed')
      answer({ type: 'failed', message: messageOf(error) })
    }
  }
}
