import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FilesPhase } from '../../runner/phases.ts'
import type { Outcome } from '../../runner/results.ts'
import { createRunContext, removeFolder } from '../../runner/run-context.ts'
import type { RunContext } from '../../runner/run-context.ts'
import { runTestFile } from '../../runner/test-file.ts'

const PHASE: FilesPhase = { name: 'x', folder: 'x', filesAtOnce: 1, testTimeoutMs: 1_000, fileTimeoutMs: 5_000, sharedPlant: false }
const IMPORTS = `
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
`

// Most of them wait.
describe('a test file', { concurrency: 6 }, () => {
  const aborting = new AbortController()
  let run: RunContext
  let folder = ''
  let files = 0
  before(() => {
    run = createRunContext(aborting.signal)
    folder = mkdtempSync(join(tmpdir(), 'runner-'))
  })
  after(async () => {
    await run.reaper.close()
    assert.deepEqual(removeFolder(run.folder), [])
    rmSync(folder, { recursive: true })
  })

  /** Runs a file of these statements, and returns what came of it. */
  function outcomeOf(statements: string, phase = PHASE): Promise<Outcome> {
    const path = join(folder, `${++files}.test.ts`)
    writeFileSync(path, IMPORTS + statements)
    return runTestFile(run, phase, path, {})
  }

  async function assertFails(statements: string, ...texts: readonly RegExp[]): Promise<Outcome> {
    const outcome = await outcomeOf(statements)
    const said = outcome.failures.map(({ where, text }) => `${where}\n${text}`).join('\n')
    assert.equal(outcome.failures.length, 1, said)
    for (const text of texts) assert.match(said, text)
    return outcome
  }

  test('that passes is counted, with its subtests, and its figures are passed on', async () => {
    const outcome = await outcomeOf(`
      test('one', (t) => t.diagnostic('12 ms'))
      describe('suite', () => { test('two', async (t) => { await t.test('inner', () => {}) }) })`)
    assert.deepEqual([outcome.passed, outcome.failures, outcome.notes], [3, [], ['12 ms']])
  })

  test('that fails is named with its suite, its error and what it printed', async () => {
    const outcome = await assertFails(`describe('suite', () => {
      test('good', () => {}); test('bad', () => { console.log('on the way'); assert.equal(1, 2) }) })`,
    /\.test\.ts > suite > bad\n/, /1 !== 2/, /printed:\non the way/)
    assert.equal(outcome.passed, 1)
  })

  test('that has a failing subtest counts it once', async () => {
    await assertFails(`test('outer', async (t) => { await t.test('inner', () => { throw new Error('deep') }) })`, /outer > inner\n/, /Error: deep/)
  })

  for (const [title, statements, ...texts] of [
    ['runs no test', 'console.log(1)', /runs no test/],
    ['has a suite without a test', `describe('empty', () => {})`, /runs no test/],
    ['cannot be loaded', `import './no-such-file.ts'`, /ended with 1/, /ERR_MODULE_NOT_FOUND/],
    ['has a mistake in its types that Node sees', `enum Colour { red }`, /ended with 1/, /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX|not supported/],
    ['skips a test', `test('later', { skip: 'no time' }, () => {})`, /skipped \(no time\), but ALLOWED_SKIPS/],
    ['has a test to do', `test('good', () => {}); test('later', { todo: true }, () => {})`, /skipped \(true\)/],
    ['fails in a hook', `describe('suite', () => { after(() => { throw new Error('hook') }); test('good', () => {}) })`, /> suite\n/, /Error: hook/],
    ['throws after its tests', `test('good', () => {}); after(() => setTimeout(() => { throw new Error('late') }, 50))`, /late/],
    ['exits by itself', `test('good', () => {}); test('exit', () => process.exit(0))`, /./],
    ['ends with another code', `test('good', () => {}); process.exitCode = 3`, /ended with 3, though no test failed/],
    ['has a test that takes too long', `test('slow', () => new Promise((resolve) => setTimeout(resolve, 1500)))`, /test timed out after 1000ms/],
    ['does not end', `test('good', () => {}); createServer().listen(0)`, /not finished within 5 s; all its tests had ended/],
    ['hangs', `test('good', () => {}); test('endless', () => { for (;;); })`, /not finished within 5 s; none of its tests had ended/],
    ['leaves a process behind', `test('x', () => { spawn('sleep', ['60'], { stdio: 'ignore' }).unref() })`, /leaves processes behind\nprocess \d+: sleep 60/],
    ['leaves a detached process behind', `test('x', () => { spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref() })`, /: sleep 60/],
    ['leaves a port behind', `test('x', async () => {
      const code = 'require("net").createServer().listen(0, () => console.log(1))'
      const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.stdout.destroy(); child.unref() })`, process.platform === 'linux' ? /process \d+ listening on \d+: / : /process \d+/],
    ['leaves a temporary folder behind', `test('x', () => { mkdtempSync(join(tmpdir(), 'mine-')) })`, /leaves files behind\nin the temporary folder: mine-/],
  ] as const) {
    test(`that ${title} fails`, async () => { await assertFails(statements, ...texts) })
  }

  test('is killed with all that it started', async () => {
    const started = performance.now()
    const outcome = await outcomeOf(`test('x', async () => {
      const child = spawn('sleep', ['60'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
      console.log('child ' + child.pid)
      await new Promise(() => {}) }); setInterval(() => {}, 1000)`, { ...PHASE, testTimeoutMs: 60_000 })
    const pid = Number(/child (\d+)/.exec(outcome.failures[0]?.text ?? '')?.[1])
    assert.ok(performance.now() - started < 10_000)
    // A zombie until its new parent looks after it.
    await assert.doesNotReject(async () => {
      for (let round = 0; isRunning(pid); round++) {
        if (round > 100) throw new Error(`${pid} still runs`)
        await new Promise((resolve) => { setTimeout(resolve, 20) })
      }
    })
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
