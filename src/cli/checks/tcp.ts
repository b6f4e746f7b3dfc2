import { connect } from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Of `host:port`. */
export function parseAddress(address: string): Address {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

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
