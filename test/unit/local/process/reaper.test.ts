import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'
import { startReaper } from '../../../../src/local/process/reaper.ts'
import { endsSoon, isRunning, runScript } from './child-script.ts'

const REAPER = new URL('../../../../src/local/process/reaper.ts', import.meta.url).href

describe('startReaper', () => {
  test('kills the registered groups when its owner is killed, and no others', async () => {
    // Each group is a shell and its sleep, whose pid the shell prints.
    const { child, line } = await runScript(`
      import { spawn } from 'node:child_process'
      import { once } from 'node:events'
      import { startReaper } from '${REAPER}'
      const reaper = startReaper()
      const start = async () => {
        const shell = spawn('/bin/sh', ['-c', 'sleep 100 & echo $!; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
        const [member] = await once(shell.stdout, 'data')
        return [shell.pid, Number(member)]
      }
      const [kept, released] = [await start(), await start()]
      reaper.add(kept[0])
      reaper.add(released[0])
      reaper.remove(released[0])
      console.log(JSON.stringify([...kept, released[0]]))
      setInterval(() => {}, 1000)
    `)
    const [kept, member, released] = JSON.parse(line) as [number, number, number]
    try {
      assert.ok(await isRunning(kept))
      child.kill('SIGKILL')
      assert.ok(await endsSoon(kept), 'the registered group is still there')
      assert.ok(await endsSoon(member), 'a member of the registered group is still there')
      assert.ok(await isRunning(released), 'the group that was taken off the list is gone')
    } finally {
      process.kill(-released, 'SIGKILL')
    }
  })

  test('close kills what is still registered', async () => {
    const reaper = startReaper()
    const { pid } = spawn('/bin/sleep', ['100'], { detached: true, stdio: 'ignore' })
    assert.ok(pid !== undefined)
    reaper.add(pid)
    await reaper.close()
    assert.ok(await endsSoon(pid))
    await reaper.close()
  })
})
