import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startReaper } from '../../../../src/local/process/reaper.ts'
import type { Reaper } from '../../../../src/local/process/reaper.ts'
import { spawnOwned, stopProcess } from '../../../../src/local/process/spawn.ts'
import type { OwnedProcess, SpawnOptions } from '../../../../src/local/process/spawn.ts'
import { endsSoon, isRunning, runScript } from './child-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory spawn-'))
const logFile = join(folder, 'log')
let reaper: Reaper
before(() => { reaper = startReaper() })
after(async () => {
  await reaper.close()
  rmSync(folder, { recursive: true })
})

async function shell(script: string, options: Partial<SpawnOptions> = {}): Promise<OwnedProcess> {
  return spawnOwned('/bin/sh', ['-c', script], { cwd: folder, env: { PATH: process.env['PATH'] }, logFile, reaper, ...options })
}

/** The log, once it has a line. */
async function logged(): Promise<string> {
  for (;;) {
    const text = readFileSync(logFile, 'utf8')
    if (text.endsWith('\n')) return text
    await sleep(10)
  }
}

describe('spawnOwned', () => {
  test('the pid is that of the program; its output is appended to the log', async () => {
    writeFileSync(logFile, 'before\n')
    const owned = await shell('echo $$ $(pwd -P | wc -c); echo two >&2')
    assert.deepEqual(await owned.exited, { code: 0, signal: null })
    const lines = readFileSync(logFile, 'utf8').split('\n')
    assert.equal(lines[0], 'before')
    assert.equal(lines[1]?.split(' ')[0], String(owned.pid))
    assert.equal(lines[2], 'two')
  })

  test('the program has the given environment and no more of ours', async () => {
    writeFileSync(logFile, '')
    process.env['FACTORY_SECRET'] = 'not for children'
    const owned = await spawnOwned('/usr/bin/env', [], { cwd: folder, env: { GIVEN: 'yes', LEFT_OUT: undefined }, logFile, reaper })
    await owned.exited
    delete process.env['FACTORY_SECRET']
    assert.equal(readFileSync(logFile, 'utf8').trim(), 'GIVEN=yes')
  })

  test('reports the exit code and the signal', async () => {
    assert.deepEqual(await (await shell('exit 3')).exited, { code: 3, signal: null })
    const killed = await shell('exec sleep 100')
    assert.equal(killed.exit, null)
    assert.equal(killed.kill('SIGKILL'), true)
    assert.deepEqual(await killed.exited, { code: null, signal: 'SIGKILL' })
    assert.deepEqual(killed.exit, { code: null, signal: 'SIGKILL' })
    assert.equal(killed.kill('SIGKILL'), false)
  })

  test('rejects when the program or the folder is not there', async () => {
    const options = { cwd: folder, env: {}, logFile, reaper }
    await assert.rejects(spawnOwned('/no/such/program', [], options), { code: 'ENOENT' })
    await assert.rejects(spawnOwned('/bin/sh', [], { ...options, cwd: join(folder, 'missing') }), { code: 'ENOENT' })
    await assert.rejects(spawnOwned(logFile, [], options), { code: 'EACCES' })
    await assert.rejects(spawnOwned('sh', [], options), /absolute/)
  })

  test('what the program leaves in its group ends with it', async () => {
    writeFileSync(logFile, '')
    const owned = await shell('sleep 100 & echo $!')
    await owned.exited
    assert.ok(await endsSoon(Number(await logged())))
  })

  test('the program dies when its owner is killed', async () => {
    const source = (name: string): string => new URL(`../../../../src/local/process/${name}.ts`, import.meta.url).href
    const { child, line } = await runScript(`
      import { startReaper } from '${source('reaper')}'
      import { spawnOwned } from '${source('spawn')}'
      const owned = await spawnOwned('/bin/sleep', ['100'], { cwd: '/', env: {}, logFile: 'inherit', reaper: startReaper() })
      console.log(owned.pid)
    `)
    assert.ok(await isRunning(Number(line)))
    child.kill('SIGKILL')
    assert.ok(await endsSoon(Number(line)))
  })
})

describe('stopProcess', () => {
  const steps = [{ signal: 'SIGTERM', waitMs: 200 }, { signal: 'SIGKILL', waitMs: 1_000 }] as const

  test('the first signal is enough for a program that heeds it', async () => {
    assert.deepEqual(await stopProcess(await shell('exec sleep 100'), steps), { code: null, signal: 'SIGTERM' })
  })

  test('goes on to the next signal when the program does not end', async () => {
    writeFileSync(logFile, '')
    const deaf = await shell('trap "" TERM; echo ready; while :; do sleep 0.05; done')
    await logged()
    const started = performance.now()
    assert.deepEqual(await stopProcess(deaf, steps), { code: null, signal: 'SIGKILL' })
    assert.ok(performance.now() - started >= 190)
  })

  test('a stopped program gets to handle the signal', async () => {
    writeFileSync(logFile, '')
    const owned = await shell('trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done')
    await logged()
    owned.kill('SIGSTOP')
    const patient = [{ signal: 'SIGTERM', waitMs: 5_000 }, { signal: 'SIGKILL', waitMs: 1_000 }] as const
    assert.deepEqual(await stopProcess(owned, patient), { code: 7, signal: null })
  })

  test('of an ended program it gives the end', async () => {
    const owned = await shell('exit 4')
    await owned.exited
    assert.deepEqual(await stopProcess(owned, steps), { code: 4, signal: null })
  })
})
