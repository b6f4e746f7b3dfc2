import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, describe, test } from 'node:test'
import { askForCluster, parseCluster } from '../../../../src/local/kafka/probe.ts'
import { freePorts } from '../../../../src/local/process/ports.ts'

/** A metadata answer, version 2: brokers of id, host, port and rack; then the cluster, the controller, and no topics. */
function answer(brokers: readonly { id: number, host: string, rack: string | null }[]): Buffer {
  const int16 = (value: number): Buffer => { const buffer = Buffer.alloc(2); buffer.writeInt16BE(value); return buffer }
  const int32 = (value: number): Buffer => { const buffer = Buffer.alloc(4); buffer.writeInt32BE(value); return buffer }
  const body = Buffer.concat([
    int32(1), int32(brokers.length),
    ...brokers.flatMap(({ id, host, rack }) => [
      int32(id), int16(host.length), Buffer.from(host), int32(9092), int16(rack?.length ?? -1), Buffer.from(rack ?? ''),
    ]),
    int16(4), Buffer.from('c-Id'), int32(1), int32(0),
  ])
  return Buffer.concat([int32(body.length), body])
}

let server: Server | undefined
afterEach(async () => {
  if (server === undefined) return
  server.close()
  await once(server, 'close')
  server = undefined
})

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('askForCluster', () => {
  test('reads an answer that comes in pieces', async () => {
    const bytes = answer([{ id: 1, host: '127.0.0.1', rack: null }, { id: 3, host: 'kafka3', rack: 'r-1' }])
    const port = await serve((socket) => {
      socket.once('data', () => {
        socket.write(bytes.subarray(0, 3))
        setTimeout(() => socket.write(bytes.subarray(3, 20)), 10)
        setTimeout(() => socket.end(bytes.subarray(20)), 20)
      })
    })
    assert.deepEqual(await askForCluster(port, 2_000), { clusterId: 'c-Id', brokers: [1, 3] })
  })

  test('rejects when nobody listens, and when the connection is closed', async () => {
    const [free = 0] = await freePorts(1)
    await assert.rejects(askForCluster(free, 2_000), { code: 'ECONNREFUSED' })
    const port = await serve((socket) => socket.destroy())
    await assert.rejects(askForCluster(port, 2_000))
  })

  test('rejects when there is no answer in time', async () => {
    const port = await serve(() => undefined)
    await assert.rejects(askForCluster(port, 50), /within 50 ms/)
  })
})

test('parseCluster of a cluster in which no broker serves yet', () => {
  assert.deepEqual(parseCluster(answer([])), { clusterId: 'c-Id', brokers: [] })
})
