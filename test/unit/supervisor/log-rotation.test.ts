import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { rotateLogs } from '../../../src/local/supervisor/log-rotation.ts'

test('a log that is too large is kept once and begins anew, the others stay', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'factory-logs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [large, small] = [join(folder, 'kafka1.log'), join(folder, 'postgres.log')]
  writeFileSync(small, 'ready\n')
  for (const round of ['first', 'second']) {
    appendFileSync(large, `${round} ${'x'.repeat(100)}\n`)
    rotateLogs(folder, 100)
    assert.equal(readFileSync(large, 'utf8'), '')
    assert.match(readFileSync(`${large}.1`, 'utf8'), new RegExp(`^${round} x+\\n$`))
  }
  assert.equal(readFileSync(small, 'utf8'), 'ready\n')
  assert.deepEqual(readdirSync(folder).sort(), ['kafka1.log', 'kafka1.log.1', 'postgres.log'])
})
