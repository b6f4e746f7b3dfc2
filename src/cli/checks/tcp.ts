import { connect } from 'node:net'
import type { Address } from '../../runtime/address.ts'

/** How long it took to be connected, in milliseconds. Rejects with the reason when nobody listens, or the signal is aborted. */
export async function connectMs({ host, port }: Address, signal: AbortSignal): Promise<number> {
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal })
    socket.on('error', reject)
    socket.on('connect', () => {
      socket.destroy()
      resolve(performance.now() - startedMs)
    })
  })
}
