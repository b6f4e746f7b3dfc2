import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { endLeftovers, listProcesses, parsePs } from '../../../../src/local/process/leftovers.ts'

function start(marker: string): ChildProcess {
  return spawn('/bin/sh', ['-c', 'while :; do sleep 0.1; done', marker], { stdio: 'ignore' })
}

describe('endLeftovers', () => {
  test('kills the recognised processes only, and returns when they are gone', async () => {
    const [mine, other] = [start(`leftover-${process.pid}`), start(`stranger-${process.pid}`)]
    const ended = once(mine, 'exit')
    const found = await endLeftovers((command) => command.endsWith(`leftover-${process.pid}`))
    assert.deepEqual(found.map((each) => each.pid), [mine.pid])
    assert.deepEqual(await ended, [null, 'SIGKILL'])
    assert.ok((await listProcesses()).some((each) => each.pid === other.pid))
    other.kill('SIGKILL')
    await once(other, 'exit')
  })

  test('gives those that end by themselves the time to', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 0.3; exit 0', `leftover-${process.pid}`], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    await endLeftovers((command) => command.endsWith(`leftover-${process.pid}`), 5_000)
    assert.deepEqual(await ended, [0, null])
  })

  test('there may be none', async () => {
    assert.deepEqual(await endLeftovers(() => false), [])
  })
})

describe('parsePs', () => {
  test('reads pid and command, whatever is in it, and leaves out zombies', () => {
    const output = '    1 Ss   /sbin/launchd\n  412 R+   postgres: factory-1: user db 127.0.0.1(5) idle  \n'
      + ' 77 Z (java)\n  9 Z+ <defunct>\n\n'
    assert.deepEqual(parsePs(output), [
      { pid: 1, command: '/sbin/launchd' },
      { pid: 412, command: 'postgres: factory-1: user db 127.0.0.1(5) idle' },
    ])
  })
})
