import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The log: JSON lines on standard output. */
  readonly lines: readonly Record<string, unknown>[]
  readonly stderr: string
  readonly seconds: number
}

/** Runs `runProcess(log, start)` in a process of its own; sends it a signal each time that its log says so. */
function runService(start: string, signals: Readonly<Record<string, NodeJS.Signals>> = {}): Promise<Ended> {
  const runtime = new URL('../../../src/runtime/', import.meta.url).href
  const program = `
    import { runProcess } from '${runtime}lifecycle.ts'
    import { createLog } from '${runtime}log.ts'
    import { ExitError } from '${runtime}errors.ts'
    const log = createLog('test', 'info')
    const never = new Promise(() => {})
    const alive = setInterval(() => {}, 1000)
    await runProcess(log, ${start})`
  return run(program, signals)
}

function run(program: string, signals: Readonly<Record<string, NodeJS.Signals>> = {}): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  const pending = new Map(Object.entries(signals))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { stderr += chunk })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    for (const [message, signal] of pending) {
      if (!stdout.includes(`"msg":"${message}"`)) continue
      pending.delete(message)
      child.kill(signal)
    }
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const lines = stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
      resolve({ code, signal, lines, stderr, seconds: (performance.now() - started) / 1000 })
    })
  })
}

function messages(ended: Ended): unknown[] {
  return ended.lines.map((line) => line['msg'])
}

describe('runProcess', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`closes the service on ${signal} and exits with 0`, async () => {
      const start = `async () => { log.info('started'); return { failed: never, close: async () => log.info('closed') } }`
      const ended = await runService(start, { started: signal })
      assert.equal(ended.code, 0)
      assert.deepEqual(messages(ended), ['started', 'stopping', 'closed', 'stopped'])
      assert.equal(ended.lines[1]?.['signal'], signal)
    })
  }

  test('exits with 1 and the stack when the service fails', async () => {
    const ended = await runService(`async () => ({ failed: Promise.reject(new TypeError('lost')), close: async () => {} })`)
    assert.equal(ended.code, 1)
    assert.deepEqual(messages(ended), ['crashed: lost'])
    assert.match(JSON.stringify(ended.lines), /TypeError: lost\\n/)
  })

  test('exits with 1 when the start fails', async () => {
    const ended = await runService(`async () => { throw new Error('no port') }`)
    assert.equal(ended.code, 1)
    assert.deepEqual(messages(ended), ['crashed: no port'])
  })

  test('says a failure that a person has to mend in one line without a stack', async () => {
    const ended = await runService(`async () => { throw new ExitError('set KAFKA_BROKERS') }`)
    assert.equal(ended.code, 1)
    assert.deepEqual(ended.lines.map((line) => [line['level'], line['msg'], 'err' in line]), [['fatal', 'set KAFKA_BROKERS', false]])
  })

  for (const [title, statement] of [
    ['a rejection that nobody handles', `Promise.reject(new Error('forgotten'))`],
    ['an exception in a callback', `setTimeout(() => { throw new Error('forgotten') }, 1)`],
    ['an error event without a listener', `new (await import('node:events')).EventEmitter().emit('error', new Error('forgotten'))`],
  ] as const) {
    test(`crashes on ${title}`, async () => {
      const ended = await runService(`async () => { ${statement}; return { failed: never, close: async () => {} } }`)
      assert.equal(ended.code, 1)
      assert.deepEqual(messages(ended), ['crashed: forgotten'])
    })
  }

  test('crashes when the close fails', async () => {
    const start = `async () => { log.info('started'); return { failed: never, close: async () => { throw new Error('stuck') } } }`
    const ended = await runService(start, { started: 'SIGTERM' })
    assert.equal(ended.code, 1)
    assert.deepEqual(messages(ended), ['started', 'stopping', 'crashed: stuck'])
  })

  test('ends on a signal while it is still starting, before Docker would kill it', async () => {
    const ended = await runService(`async () => { log.info('connecting'); await never }`, { connecting: 'SIGTERM' })
    assert.equal(ended.code, 0)
    assert.ok(ended.seconds < 9, `${ended.seconds} s`)
    assert.equal(messages(ended).at(-1), 'stopped')
  })
})

describe('exitOnConfigError', () => {
  const runtime = new URL('../../../src/runtime/', import.meta.url).href
  const imports = `import { exitOnConfigError } from '${runtime}lifecycle.ts'; import { ExitError } from '${runtime}errors.ts';`

  test('ends with the one line on standard error and exit code 1', async () => {
    const ended = await run(`${imports} exitOnConfigError(() => { throw new ExitError('PORT is "x"; it must be a number') })`)
    assert.deepEqual([ended.code, ended.stderr, ended.lines], [1, 'PORT is "x"; it must be a number\n', []])
  })

  test('gives the configuration when it is right, and throws on what it does not know', async () => {
    assert.equal((await run(`${imports} if (exitOnConfigError(() => 7) !== 7) process.exit(2)`)).code, 0)
    assert.match((await run(`${imports} exitOnConfigError(() => { throw new TypeError('bug') })`)).stderr, /TypeError: bug\n\s+at /)
  })
})
