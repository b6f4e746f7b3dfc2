import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { freePorts, portTaken } from '../../../../src/local/process/ports.ts'

async function listen(host: string, port = 0): Promise<{ port: number, close(): Promise<void> }> {
  const server = createServer()
  server.listen({ host, port })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

describe('freePorts', () => {
  test('gives different ports on which one can listen', async () => {
    const ports = await freePorts(6)
    assert.equal(new Set(ports).size, 6)
    const servers = await Promise.all(ports.map((port) => listen('127.0.0.1', port)))
    await Promise.all(servers.map((server) => server.close()))
  })

  test('stays below the ports that systems take for outgoing connections', async () => {
    for (const port of await freePorts(20)) assert.ok(port >= 1024 && port < 32_768, String(port))
  })
})

describe('portTaken', () => {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    test(`sees who listens on ${host}, and that it ended`, async () => {
      const server = await listen(host)
      assert.equal(await portTaken(server.port), true)
      await server.close()
      assert.equal(await portTaken(server.port), false)
    })
  }
})
