import { connect, createServer } from 'node:net'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'

// Below 32768, where Linux begins to take ports for outgoing connections (macOS: 49152): such a one may be gone when it is needed.
const FIRST = 22_000
const LAST = 31_999

/** Ports of 127.0.0.1 that nobody listens on now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1000) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`)
    const port = randomInt(FIRST, LAST + 1)
    if (!ports.has(port) && !await portTaken(port)) ports.add(port)
  }
  return [...ports]
}

/** True when somebody listens on the port, on this address or on all, or we may not listen on it (below 1024). */
export async function portTaken(port: number, host = '127.0.0.1'): Promise<boolean> {
  // On macOS one can listen on an address although somebody else listens on all of them.
  return await portAnswers(port, host) || !await canListen(port, host)
}

/** True when a connection is accepted. */
export async function portAnswers(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect({ port, host })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    if (['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
}
