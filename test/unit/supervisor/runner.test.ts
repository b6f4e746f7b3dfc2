import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startReaper } from '../../../src/local/process/reaper.ts'
import { PROJECT_ROOT } from '../../../src/local/project.ts'
import { launchNode } from '../../../src/local/supervisor/launch-node.ts'
import { createRunner } from '../../../src/local/supervisor/runner.ts'
import type { Runner } from '../../../src/local/supervisor/runner.ts'
import { createLog } from '../../../src/runtime/log.ts'

const STAND_IN = relative(PROJECT_ROOT, fileURLToPath(new URL('./stand-in.ts', import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'factory-runner-'))
const reaper = startReaper()
const log = createLog('test', 'silent')
let count = 0

after(async () => {
  await reaper.close()
  rmSync(folder, { recursive: true, force: true })
})

interface StandIn {
  readonly runner: Runner
  start(): Promise<void>
}

function standIn(does: string): StandIn {
  const runner = createRunner('stand-in', log)
  const logFile = join(folder, `${++count}.log`)
  const launch = () => launchNode({ name: 'stand-in', main: STAND_IN, nodeOptions: [], env: { STAND_IN: does }, logFile, reaper, address: null })
  return { runner, start: () => runner.start(launch) }
}

describe('a service', () => {
  test('runs until it is stopped', async () => {
    const { runner, start } = standIn('run')
    assert.equal(runner.state, 'stopped')
    // Asked twice at once, it is started once.
    await Promise.all([start(), start()])
    const { pid } = runner
    assert.deepEqual([runner.state, runner.restarts], ['running', 0])
    await start()
    assert.equal(runner.pid, pid)
    await runner.stop()
    assert.deepEqual([runner.state, runner.pid, isAlive(pid)], ['stopped', null, false])
    await start()
    assert.equal(runner.state, 'running')
    await runner.stop()
  })

  test('that dies is started again, one that is killed by hand is not', async () => {
    const { runner, start } = standIn('run')
    await start()
    const { pid } = runner
    process.kill(pid ?? 0, 'SIGKILL')
    await until(() => runner.state === 'running' && runner.pid !== pid)
    assert.equal(runner.restarts, 1)
    assert.equal(await runner.kill(), true)
    await sleep(600)
    assert.deepEqual([runner.state, runner.pid, await runner.kill()], ['killed', null, false])
    await start()
    assert.deepEqual([runner.state, runner.restarts], ['running', 0])
    await runner.stop()
  })

  test('that has a wrong variable fails at once, with its own words', async () => {
    const { runner, start } = standIn('wrong-variable')
    await assert.rejects(start(), { name: 'ExitError', message: 'stand-in failed: STAND_IN_PORT is "abc"; it must be a port' })
    assert.deepEqual([runner.state, runner.restarts, runner.reason], ['failed', 0, 'STAND_IN_PORT is "abc"; it must be a port'])
    // It may be mended by now.
    await assert.rejects(start(), { message: /^stand-in failed/ })
  })

  test('that crashes again and again is started after growing waits, and can be stopped in between', async () => {
    const { runner, start } = standIn('crash-soon')
    await start()
    await until(() => runner.restarts >= 2)
    await until(() => runner.state === 'restarting')
    assert.equal(runner.reason, 'ended with code 1')
    await runner.stop()
    const { restarts } = runner
    await sleep(1_000)
    assert.deepEqual([runner.state, runner.restarts], ['stopped', restarts])
  })

  test('that was stopped while it starts ends', async () => {
    const { runner, start } = standIn('run')
    const started = assert.rejects(start(), { message: 'stand-in was stopped while it started' })
    await runner.stop()
    await started
    assert.deepEqual([runner.state, runner.pid], ['stopped', null])
  })

  test('that ignores SIGTERM is killed', { timeout: 20_000 }, async () => {
    const { runner, start } = standIn('deaf')
    await start()
    const began = Date.now()
    await runner.stop()
    assert.equal(runner.state, 'stopped')
    assert.ok(Date.now() - began < 10_000)
  })
})

function isAlive(pid: number | null): boolean {
  try {
    process.kill(pid ?? 0, 0)
    return true
  } catch {
    return false
  }
}

async function until(good: () => boolean): Promise<void> {
  while (!good()) await sleep(10)
}
