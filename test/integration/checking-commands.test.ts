// Runs alone: starts a whole system, and kills parts of it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka'
import type { CheckResult } from '../../src/cli/checks/check-run.ts'
import { createCommandRunner, eventually } from './command-runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory-checks-'))
await chmod(folder, 0o755)
const { run, follow, brokers } = await createCommandRunner(join(folder, 'home'))

after(async () => {
  await run('clean')
  rmSync(folder, { recursive: true, force: true })
})

describe('the commands that check', { concurrency: false }, () => {
  test('say that nothing runs, and how they are called', async () => {
    assert.deepEqual(await run('verify-cluster'), { code: 1, stdout: '', stderr: 'the system doesn\'t run; start it by `make all`\n' })
    assert.deepEqual(await run('verify-cluster', {}, 'fast'),
      { code: 2, stdout: '', stderr: 'verify-cluster takes no arguments, but got "fast"; see verify-cluster --help\n' })
    const late = await run('wait-for-kafka', { TIMEOUT_S: '1' })
    assert.deepEqual(late, { code: 1, stdout: '', stderr: 'Kafka is not ready after 1 s: the system doesn\'t run; start it by `make all`\n' })
    assert.equal((await run('wait-for-kafka', { KAFKA_PORT_BASE: 'abc' })).stderr, 'KAFKA_PORT_BASE is "abc"; it must be a whole number from 1 to 65530\n')
  })

  test('Kafka is waited for while it starts', async (t) => {
    const [waited, started] = await Promise.all([run('wait-for-kafka'), run('up')])
    assert.equal(started.code, 0, started.stderr)
    assert.equal(waited.code, 0, waited.stderr)
    assert.match(waited.stdout, /^ {2}2 s: .+\n/)
    const last = waited.stdout.trim().split('\n').at(-1) ?? ''
    assert.match(last, /^Kafka is ready after \d+\.\d s: brokers 1, 2, 3, controller [123], (no topic yet|topics .+)$/)
    t.diagnostic(last)
  })

  test('a healthy system passes every check, and keeps nothing of them', async (t) => {
    const text = await eventually(() => run('verify-cluster'), ({ code }) => code === 0, 20_000)
    assert.equal(text.code, 0, text.stdout)
    const last = text.stdout.trim().split('\n').at(-1) ?? ''
    assert.match(last, /^All 32 checks passed in \d+\.\d s$/)
    t.diagnostic(last)
    for (const group of ['Kafka', 'Topics', 'Round trip', 'PostgreSQL', 'Consumers', 'API']) assert.ok(text.stdout.includes(`  ok      ${group} `), group)
    for (const command of ['test-connectivity', 'test-external', 'test-topics']) {
      const tested = await run(command)
      assert.equal(tested.code, 0, tested.stdout)
      t.diagnostic(`${command}: ${tested.stdout.trim().split('\n').at(-1)}`)
    }
    assert.deepEqual(await temporaryTopics(), [])
    assert.match((await run('monitor')).stdout, /^http:\/\/127\.0\.0\.1:\d+\/kafka\n$/)
  })

  test('Ctrl+C in the middle of a check leaves no topic', async () => {
    const checking = follow('test-topics')
    await eventually(checking.stdout, (seen) => seen.includes('copy of sensor-data '), 20_000)
    assert.equal(await checking.interrupt(), 1)
    assert.match(checking.stdout(), /not checked: interrupted/)
    assert.deepEqual(await temporaryTopics(), [])
  })

  test('a wrong setting of a topic is named', async () => {
    await eventually(() => verify(), ({ code }) => code === 0, 30_000)
    await setConfig('alerts', 'min.insync.replicas', '2')
    const { stdout, code } = await run('verify-cluster')
    const tested = await run('test-topics')
    await setConfig('alerts', 'min.insync.replicas', '1')
    assert.equal(code, 1)
    assert.match(stdout, /FAILED {2}Topics +alerts settings +min\.insync\.replicas is 2, not 1\n/)
    for (const { stdout: printed } of [{ stdout }, tested]) assert.match(printed, /\n1 of \d+ checks failed: Topics alerts settings\n$/)
  })

  test('a broker that is killed is named, and so is what can\'t be checked without it', async () => {
    const second = brokers[1] ?? ''
    assert.equal((await run('kill', { SERVICE: 'kafka2' })).code, 0)
    const { code, stdout } = await run('verify-cluster')
    const waited = await run('wait-for-kafka', { TIMEOUT_S: '3' })
    const connected = await run('test-connectivity')
    assert.equal((await run('revive', { SERVICE: 'kafka2' })).code, 0)

    assert.equal(code, 1)
    assert.match(stdout.trim().split('\n').at(-1) ?? '', new RegExp(`^\\d+ of 32 checks failed: Kafka kafka2 \\(${second}\\).*; \\d not checked$`))
    assert.match(stdout, /Round trip +through .+ not checked: kafka2 \(.+\) failed\n/)
    assert.deepEqual([waited.code, waited.stderr], [1, `Kafka is not ready after 3 s: no answer from ${second}\n`])
    assert.equal(connected.code, 1)
    assert.match(connected.stdout, new RegExp(`\\n1 of 5 checks failed: Kafka kafka2 \\(${second}\\)\\n$`))
  })

  test('PostgreSQL that is away is named, by the API too', async () => {
    assert.equal((await run('kill', { SERVICE: 'postgres' })).code, 0)
    const { code, checks } = await verify()
    assert.equal((await run('revive', { SERVICE: 'postgres' })).code, 0)
    assert.equal(code, 1)
    const failed = new Map(checks.filter(({ ok }) => !ok).map(({ group, name, detail }) => [`${group} ${name}`, detail]))
    assert.match(failed.get('PostgreSQL version') ?? '', /ECONNREFUSED/)
    assert.equal(failed.get('PostgreSQL write and read'), 'not checked: version failed')
    assert.match(failed.get('API /health') ?? '', /^answers 503 instead of 200: \{"status":"unhealthy"/)
  })
})

async function verify(): Promise<{ code: number, checks: readonly CheckResult[] }> {
  const { code, stdout } = await run('verify-cluster', { FORMAT: 'json' })
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean, checks: CheckResult[] }
  assert.equal(ok, code === 0)
  assert.equal(ok, checks.every((check) => check.ok))
  return { code, checks }
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...brokers], strict: false })
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

async function temporaryTopics(): Promise<string[]> {
  return withAdmin(async (admin) => (await admin.listTopics()).filter((name) => name.startsWith('temporary-check-')))
}

async function setConfig(topic: string, name: string, value: string): Promise<void> {
  await withAdmin((admin) => admin.incrementalAlterConfigs({
    resources: [{
      resourceType: ConfigResourceTypes.TOPIC, resourceName: topic,
      configs: [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }],
    }],
  }))
}
