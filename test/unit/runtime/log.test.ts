import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { LOG_LEVELS } from '../../../src/runtime/log.ts'

/** Runs statements with `log` in a process of their own, and returns the lines on its standard output. */
async function logged(level: string, statements: string): Promise<Record<string, unknown>[]> {
  const module = new URL('../../../src/runtime/log.ts', import.meta.url).href
  const program = `import { createLog } from '${module}'; const log = createLog('consumer-001', '${level}'); ${statements}`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('an event is one JSON line with level, UTC time and service', async () => {
  const [line, ...others] = await logged('info', `log.info({ partition: 2 }, 'assigned\\nnow')`)
  assert.deepEqual(others, [])
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual({ ...line, time: '' }, { level: 'info', time: '', service: 'consumer-001', partition: 2, msg: 'assigned\nnow' })
})

test('a level hides those below it', async () => {
  const lines = await logged('warn', LOG_LEVELS.filter((level) => level !== 'silent').map((level) => `log.${level}('${level}')`).join(';'))
  assert.deepEqual(lines.map((line) => line['level']), ['warn', 'error', 'fatal'])
  assert.deepEqual(await logged('silent', `log.fatal('x')`), [])
})

test('a secret in the fields is not printed', async () => {
  const lines = await logged('info', `
    log.info({ databaseUrl: 'postgresql://u:hunter2@h/d' }, 'a')
    log.info({ config: { databaseUrl: 'postgresql://u:hunter2@h/d', password: 'hunter2' } }, 'b')`)
  assert.equal(lines.length, 2)
  assert.doesNotMatch(JSON.stringify(lines), /hunter2/)
})

test('an error keeps its message and stack', async () => {
  const [line] = await logged('info', `log.error({ err: new Error('broken') }, 'failed')`)
  const error = line?.['err'] as Record<string, string> | undefined
  assert.equal(error?.['message'], 'broken')
  assert.match(error?.['stack'] ?? '', /Error: broken\n/)
})

test('a line is written when the call returns, so the last lines of a process are never lost, nor in another order', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = openSync(join(folder, 'log'), 'w')
  const module = new URL('../../../src/runtime/log.ts', import.meta.url).href
  const program = `import { fstatSync } from 'node:fs'; import { createLog } from '${module}'; const log = createLog('x', 'info');
    for (let line = 0; line < 3; line++) { const before = fstatSync(1).size; log.info('line'); if (fstatSync(1).size === before) process.exit(7) }`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', file, 'inherit'] })
  closeSync(file)
  assert.equal(status, 0)
})
