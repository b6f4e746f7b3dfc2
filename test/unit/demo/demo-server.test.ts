import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { DemoService } from '../../../src/contract/demo-api.ts'
import { DemoUnreachableError, askDemo } from '../../../src/demo/demo-client.ts'
import { startDemoServer } from '../../../src/demo/demo-server.ts'
import type { DemoRunner } from '../../../src/demo/demo-server.ts'
import { MAX_REQUEST_BYTES, mayBeKilled } from '../../../src/demo/protocol.ts'
import type { DemoAnswer } from '../../../src/demo/protocol.ts'
import { readLocalConfig } from '../../../src/local/config.ts'
import { serviceTable } from '../../../src/local/services.ts'
import { ExitError } from '../../../src/runtime/errors.ts'
import { createLog } from '../../../src/runtime/log.ts'

interface Started {
  readonly path: string
  readonly states: Map<string, DemoService['state']>
  /** What was asked of the runner. */
  readonly asked: string[]
  say(text: string): Promise<DemoAnswer>
}

async function start(t: TestContext, change: Partial<DemoRunner> = {}): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'))
  const path = join(folder, 'demo.sock')
  const states = new Map<string, DemoService['state']>([['kafka1', 'running'], ['consumer-1', 'running'], ['consumer-2', 'stopped'], ['monitoring', 'running'], ['kafka-ui', 'running']])
  const asked: string[] = []
  const server = await startDemoServer(path, {
    list: async () => [...states].map(([name, state]) => ({ name, state })),
    async kill(name) {
      asked.push(`kill ${name}`)
      states.set(name, 'killed')
    },
    async revive(name) {
      asked.push(`revive ${name}`)
      states.set(name, 'running')
    },
    ...change,
  }, createLog('test', 'silent'))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return {
    path, states, asked,
    async say(text) {
      const socket = connect(path)
      socket.on('error', () => undefined)
      socket.write(text)
      let answer = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => { answer += chunk })
      await once(socket, 'close')
      return JSON.parse(answer) as DemoAnswer
    },
  }
}

const problemOf = (answer: DemoAnswer): string => (answer.type === 'refused' ? answer.problem : 'none')

test('every service of the system may be killed but the monitoring service', () => {
  const names = serviceTable(readLocalConfig({ CONSUMERS: '24' })).map(({ name }) => name)
  assert.deepEqual(names.filter((name) => !mayBeKilled(name)), ['monitoring'])
  for (const name of ['kafka-ui', 'demo', 'tester', 'kafka4', 'consumer-25', 'consumer-0', 'consumer-1x', 'xpostgres', '../postgres', 'postgres\n', '']) assert.ok(!mayBeKilled(name), name)
})

test('lists what may be killed, kills it and revives it', async (t) => {
  const { path, asked } = await start(t)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const listed = await askDemo(path, { command: 'list' }, 1_000)
  const killed = await askDemo(path, { command: 'kill', service: 'consumer-1' }, 1_000)
  const revived = await askDemo(path, { command: 'revive', service: 'consumer-1' }, 1_000)
  assert.ok(listed.type === 'done' && killed.type === 'done' && revived.type === 'done')
  assert.deepEqual(listed.services, [{ name: 'kafka1', state: 'running' }, { name: 'consumer-1', state: 'running' }, { name: 'consumer-2', state: 'stopped' }])
  assert.deepEqual([killed, revived].map(({ services }) => services[1]?.state), ['killed', 'running'])
  assert.deepEqual(asked, ['kill consumer-1', 'revive consumer-1'])
  assert.ok(listed.run !== '' && listed.run === killed.run)
  assert.notEqual(listed.run, (await askDemo((await start(t)).path, { command: 'list' }, 1_000) as typeof listed).run, 'each start is another run')
})

test('refuses the monitoring service, what it does not know, and what is in no state for it', async (t) => {
  const { path, asked } = await start(t)
  const refused = async (command: 'kill' | 'revive', service: string): Promise<[string, string]> => {
    const answer = await askDemo(path, { command, service }, 1_000)
    return answer.type === 'refused' ? [answer.problem, answer.message] : ['none', '']
  }
  assert.deepEqual(await refused('kill', 'monitoring'), ['unknown', 'the monitoring service is needed to revive others, so it can not be killed'])
  assert.deepEqual(await refused('revive', 'monitoring'), ['unknown', 'the monitoring service is needed to revive others, so it can not be killed'])
  for (const name of ['kafka-ui', 'consumer-9', 'kafka2', 'nothing', '']) assert.deepEqual(await refused('kill', name), ['unknown', 'there is no such service here'])
  assert.deepEqual(await refused('kill', 'consumer-2'), ['state', 'consumer-2 is stopped, so it can not be killed'])
  assert.deepEqual(await refused('revive', 'consumer-2'), ['state', 'consumer-2 is stopped, so it can not be revived'])
  assert.deepEqual(await refused('revive', 'consumer-1'), ['state', 'consumer-1 is running, so it can not be revived'])
  assert.deepEqual(asked, [])
})

test('answers what is no request, and reads no more than a request can be long', async (t) => {
  const { path, say, asked } = await start(t)
  const lines = ['', 'x', '[]', 'null', '7', '"kill"', '{}', '{"command": "shutdown"}', '{"command": "stop", "services": ["kafka1"]}', '{"command": "kill"}',
    '{"command": "kill", "service": ["kafka1"]}', '{"command": "kill", "service": 1}', '{"command": "__proto__", "service": "kafka1"}']
  for (const line of lines) assert.equal(problemOf(await say(`${line}\n`)), 'malformed', line)
  assert.equal(problemOf(await say(`${' '.repeat(MAX_REQUEST_BYTES + 1)}\n`)), 'malformed')
  assert.equal(problemOf(await say('x'.repeat(MAX_REQUEST_BYTES + 1))), 'malformed', 'before the line ends')
  assert.equal(problemOf(await say(`{"command": "list"${' '.repeat(MAX_REQUEST_BYTES)}}\n`)), 'malformed')
  assert.equal(problemOf(await say('{"command": "list"}\n{"command": "kill", "service": "kafka1"}\n')), 'none', 'one request for each connection')
  assert.deepEqual(asked, [])
  assert.equal((await askDemo(path, { command: 'list' }, 1_000)).type, 'done')
})

test('tells what failed, and does not wait for a start that takes long', async (t) => {
  const slow = Promise.withResolvers<void>()
  const { path, states } = await start(t, {
    kill: async () => { throw new ExitError('the engine is away') }, revive: () => slow.promise,
  })
  assert.deepEqual(await askDemo(path, { command: 'kill', service: 'kafka1' }, 1_000), { type: 'refused', problem: 'failed', message: 'the engine is away' })
  states.set('kafka1', 'killed')
  const began = performance.now()
  assert.equal((await askDemo(path, { command: 'revive', service: 'kafka1' }, 9_000)).type, 'done')
  assert.ok(performance.now() - began > 2_000)
  slow.resolve()
})

test('whoever asks where nobody answers is told so', async (t) => {
  const { path } = await start(t, { list: () => new Promise(() => undefined) })
  await assert.rejects(askDemo(`${path}.none`, { command: 'list' }, 1_000), DemoUnreachableError)
  await assert.rejects(askDemo(path, { command: 'list' }, 50), { name: 'DemoUnreachableError', message: 'no answer within 0.05 s' })
})
