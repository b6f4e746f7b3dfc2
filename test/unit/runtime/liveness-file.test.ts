import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHeartbeat } from '../../../src/runtime/heartbeat.ts'
import { openLivenessFile } from '../../../src/runtime/liveness-file.ts'
import { recordingLog } from '../producer/recording-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory-liveness-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const ageMs = (path: string): number => Date.now() - statSync(path).mtimeMs

describe('the liveness file', () => {
  test('is there from the first touch on, and gone for good once it was removed', () => {
    const path = join(folder, 'alive')
    // Of a life that was killed.
    writeFileSync(path, '')
    const file = openLivenessFile(path)
    assert.equal(existsSync(path), false)
    file?.touch()
    assert.ok(ageMs(path) < 1_000)
    file?.remove()
    assert.equal(existsSync(path), false)
    // A beat that was under way at the stop.
    const late = openLivenessFile(path)
    late?.remove()
    late?.touch()
    assert.equal(existsSync(path), false)
  })

  test('is touched every 2 s at most', async () => {
    const path = join(folder, 'often')
    const file = openLivenessFile(path)
    file?.touch()
    utimesSync(path, 0, 0)
    file?.touch()
    assert.equal(statSync(path).mtimeMs, 0)
    await sleep(2_050)
    file?.touch()
    assert.ok(ageMs(path) < 1_000)
  })

  test('that can\'t be written is one line', () => {
    assert.equal(openLivenessFile(null), null)
    assert.throws(() => openLivenessFile(join(folder, 'no', 'alive')), { name: 'ExitError', message: /^LIVENESS_FILE can't be written: ENOENT.*'$/ })
    assert.throws(() => openLivenessFile(folder), { name: 'ExitError', message: /^LIVENESS_FILE can't be written: EISDIR/ })
    const notes = join(folder, 'notes')
    writeFileSync(notes, 'keep me')
    assert.throws(() => openLivenessFile(notes), { name: 'ExitError', message: /^LIVENESS_FILE is ".*notes", which is something else already; it must be/ })
    symlinkSync('/dev/null', join(folder, 'device'))
    assert.throws(() => openLivenessFile(join(folder, 'device')), { name: 'ExitError' })
    assert.equal(readFileSync(notes, 'utf8'), 'keep me')
  })
})

test('a heart touches it for what was written, and not for what failed', async (t) => {
  const path = join(folder, 'heart')
  let works = false
  const { log, lines } = recordingLog()
  const heartbeat = startHeartbeat({
    intervalMs: 20, log, liveness: openLivenessFile(path), beat: async () => {
      await Promise.resolve()
      if (!works) throw new Error('down')
    },
  })
  t.after(() => heartbeat.stop())
  await sleep(100)
  assert.equal(existsSync(path), false)
  works = true
  await sleep(100)
  assert.equal(existsSync(path), true)
  await heartbeat.stop()
  assert.equal(existsSync(path), false)
  assert.deepEqual(lines().map(({ level }) => level), ['warn', 'info'])
})
