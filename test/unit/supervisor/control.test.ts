import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { tryLock } from '../../../src/local/file-lock.ts'
import { makeHome, makePrivateFolder, removeHome, socketPath, writeSupervisorState } from '../../../src/local/state-files.ts'
import { askSupervisor } from '../../../src/local/supervisor-client.ts'
import { startControlServer } from '../../../src/local/supervisor/control-server.ts'
import type { Handler } from '../../../src/local/supervisor/control-server.ts'
import type { Progress, SystemStatus } from '../../../src/local/supervisor/protocol.ts'
import { ExitError } from '../../../src/runtime/errors.ts'
import { createLog } from '../../../src/runtime/log.ts'

const log = createLog('test', 'silent')
const STATUS = { supervisorPid: process.pid, services: [] } as unknown as SystemStatus

/** A FACTORY_HOME with a control socket. */
async function controlled(t: TestContext, handle: Handler, name = 'home'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'factory-control-'))
  const home = join(folder, name)
  makeHome(home)
  const server = await startControlServer(socketPath(home), handle, log)
  writeSupervisorState(home, { pid: process.pid, socket: socketPath(home) })
  t.after(() => {
    server.close()
    removeHome(home)
    rmSync(folder, { recursive: true, force: true })
  })
  return home
}

describe('the control socket', () => {
  test('answers with steps, then with the state', async (t) => {
    const home = await controlled(t, async (request, report) => {
      await Promise.resolve()
      report({ label: request.command, seconds: 1.5 })
      return STATUS
    })
    const steps: Progress[] = []
    assert.deepEqual(await askSupervisor(home, { command: 'shutdown' }, { onProgress: (step) => steps.push(step) }), STATUS)
    assert.deepEqual(steps, [{ label: 'shutdown', seconds: 1.5 }])
  })

  test('a refusal is the caller\'s error; nonsense and a caller that leaves do no harm', async (t) => {
    const home = await controlled(t, async ({ command }) => {
      await Promise.resolve()
      if (command === 'kill') throw new ExitError('consumer-1 is not running')
      return STATUS
    })
    await assert.rejects(askSupervisor(home, { command: 'kill', services: ['consumer-1'] }), { name: 'ExitError', message: 'consumer-1 is not running' })
    for (const bytes of ['no JSON\n', '\n', '{"command":"stat']) {
      const socket = connect(socketPath(home))
      await once(socket, 'connect')
      socket.end(bytes)
      await once(socket.resume(), 'close')
    }
    assert.deepEqual(await askSupervisor(home, { command: 'status' }), STATUS)
  })

  test('one that never answers is given up', async (t) => {
    const home = await controlled(t, () => new Promise(() => undefined))
    await assert.rejects(askSupervisor(home, { command: 'status' }, { silenceMs: 100 }), { name: 'ExitError', message: /does not answer within 0\.1 s/ })
  })

  test('is in a folder of its owner alone, also where the path of FACTORY_HOME is too long for a socket', async (t) => {
    for (const name of ['home', 'x'.repeat(120)]) {
      const home = await controlled(t, () => Promise.resolve(STATUS), name)
      const path = socketPath(home)
      assert.ok(Buffer.byteLength(path) <= 100)
      assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
      assert.deepEqual(await askSupervisor(home, { command: 'status' }), STATUS)
    }
  })

  test('refuses a folder that others can enter', (t) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'factory-control-')), 'run')
    t.after(() => rmSync(dirname(folder), { recursive: true, force: true }))
    mkdirSync(folder)
    chmodSync(folder, 0o755)
    assert.throws(() => makePrivateFolder(folder), { name: 'ExitError' })
  })

  test('nobody listens: there is no supervisor', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'factory-control-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    assert.equal(await askSupervisor(join(folder, 'none'), { command: 'status' }), null)
    makeHome(join(folder, 'home'))
    writeSupervisorState(join(folder, 'home'), { pid: 1, socket: join(folder, 'gone.sock') })
    assert.equal(await askSupervisor(join(folder, 'home'), { command: 'status' }), null)
  })
})

test('a lock is held once, and free again after its release', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'factory-lock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'lock')
  const held = tryLock(file)
  assert.notEqual(held, null)
  assert.equal(tryLock(file), null)
  held?.release()
  const again = tryLock(file)
  assert.notEqual(again, null)
  again?.release()
})
