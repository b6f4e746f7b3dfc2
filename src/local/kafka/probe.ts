import { connect } from 'node:net'

const METADATA = 3
const VERSION = 2

export interface ClusterView {
  readonly clusterId: string
  /** Node ids; without those that don't serve. A broker that names itself has joined and can be used. */
  readonly brokers: readonly number[]
}

/** Asks one broker for its cluster, over a connection of its own. Rejects when there is no answer in time. */
export async function askForCluster(port: number, timeoutMs: number, host = '127.0.0.1'): Promise<ClusterView> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const received: Buffer[] = []
    const fail = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error(`no answer on port ${port} within ${timeoutMs} ms`)), timeoutMs)
    socket.on('connect', () => socket.write(metadataRequest()))
    socket.on('error', fail)
    socket.on('close', () => fail(new Error(`port ${port} closed the connection`)))
    socket.on('data', (chunk) => {
      received.push(chunk)
      const answer = Buffer.concat(received)
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return
      clearTimeout(timer)
      socket.destroy()
      resolve(parseCluster(answer))
    })
  })
}

/** Of no topic: length, API, version, correlation id, no client id, and an empty list. */
function metadataRequest(): Buffer {
  const request = Buffer.alloc(4 + 14)
  request.writeInt32BE(14, 0)
  request.writeInt16BE(METADATA, 4)
  request.writeInt16BE(VERSION, 6)
  request.writeInt32BE(1, 8)
  request.writeInt16BE(-1, 12)
  request.writeInt32BE(0, 14)
  return request
}

/** Length, correlation id, then the brokers (id, host, port, rack), then the cluster's id. */
export function parseCluster(answer: Buffer): ClusterView {
  let at = 8
  const int32 = (): number => {
    at += 4
    return answer.readInt32BE(at - 4)
  }
  const text = (): string => {
    // -1: null
    const length = Math.max(0, answer.readInt16BE(at))
    at += 2 + length
    return answer.toString('utf8', at - length, at)
  }
  const brokers: number[] = []
  for (let left = int32(); left > 0; left--) {
    brokers.push(int32())
    text()
    int32()
    text()
  }
  return { clusterId: text(), brokers }
}
