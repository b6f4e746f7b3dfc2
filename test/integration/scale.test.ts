// Starts a whole system.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConsumerHealth } from '../../src/contract/api.ts'
import { eventually } from '../harness/eventually.ts'
import { localSystem } from './local-system.ts'

const { monitoringPort, run, status } = await localSystem()

describe('the number of consumers of a local run', { concurrency: false }, () => {
  test('is changed only where something runs, and only to what is said', async () => {
    assert.deepEqual(await run('scale'), { code: 2, stdout: '', stderr: 'say how many: make scale CONSUMERS=6\n' })
    assert.equal((await run('scale', { CONSUMERS: '25' })).stderr, 'CONSUMERS is "25"; it must be a whole number from 1 to 24\n')
    assert.deepEqual(await run('scale', { CONSUMERS: '4' }), { code: 1, stdout: '', stderr: 'the system doesn\'t run; start it by `make all`\n' })
  })

  test('starts consumers where there were none', async () => {
    assert.equal((await run('infrastructure-only')).code, 0)
    assert.deepEqual(await run('start-monitoring', { CONSUMERS: '5' }),
      { code: 1, stdout: '', stderr: 'it runs with CONSUMERS=3, not 5; make scale CONSUMERS=5\n' })
    assert.equal((await run('start-monitoring')).code, 0)
    const { code, stdout } = await run('scale', { CONSUMERS: '3' })
    assert.equal(code, 0)
    assert.match(stdout, /Consumers ready +\d+\.\d s\n3 consumers run\n$/)
  })

  test('grows: those that are more than the partitions stand by', async () => {
    const before = await consumers()
    const { code, stdout, stderr } = await run('scale', { CONSUMERS: '5' })
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /Consumers ready +\d+\.\d s\n5 consumers run\n {2}3 of 5 have a partition; the others stand by\n$/)
    const after = await consumers()
    assert.deepEqual(after.slice(0, 3), before)
    assert.deepEqual(after.map(([name, state]) => [name, state]), [1, 2, 3, 4, 5].map((number) => [`consumer-${number}`, 'running']))
    const spread = await eventually(holdings, (found) => found.length === 5 && found.flatMap(([, partitions]) => partitions).length === 3, 15_000)
    assert.deepEqual(spread.map(([, partitions]) => partitions.length).sort((a, b) => a - b), [0, 0, 1, 1, 1])
  })

  test('shrinks: those that go leave the group, are forgotten, and are no trouble on the page', async (t) => {
    const before = await consumers()
    // It can't say goodbye itself.
    assert.equal((await run('kill', { SERVICE: 'consumer-5' })).code, 0)
    const same = await run('scale', { CONSUMERS: '5' })
    assert.equal(same.stdout, '4 consumers run\n  consumer-5 was killed by hand: make revive SERVICE=consumer-5\n  3 of 4 have a partition; the others stand by\n')

    const began = Date.now()
    const { code, stdout, stderr } = await run('scale', { CONSUMERS: '3' })
    t.diagnostic(`scaled down in ${Date.now() - began} ms`)
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^ {2}consumer-4 stopped +\d+\.\d s\n3 consumers run\n$/)
    assert.deepEqual(await consumers(), before.slice(0, 3))
    const back = await eventually(holdings, (found) => found.length === 3 && found.every(([, partitions]) => partitions.length === 1), 15_000)
    t.diagnostic(`each of three has a partition after ${Date.now() - began} ms`)
    assert.deepEqual(back.map(([id]) => id), ['consumer-001', 'consumer-002', 'consumer-003'])
    const gone = (await consumerHealth()).slice(3).map(({ consumer_id: id, status: shown, reported_status: said }) => [id, shown, said])
    assert.deepEqual(gone, [['consumer-004', 'inactive', 'inactive'], ['consumer-005', 'inactive', 'inactive']])
    assert.match((await run('revive', { SERVICE: 'consumer-5' })).stderr, /^there is no service "consumer-5"/)
    assert.equal((await run('logs', { SERVICE: 'consumer-5' })).code, 0)
  })

  test('is kept over a restart', async () => {
    assert.equal((await run('scale', { CONSUMERS: '2' })).code, 0)
    assert.equal((await run('restart')).code, 0)
    assert.deepEqual((await consumers()).map(([name, state]) => [name, state]), [['consumer-1', 'running'], ['consumer-2', 'running']])
  })
})

/** Name, state and pid of each. */
async function consumers(): Promise<[string, string, number | null][]> {
  return (await status()).services.filter(({ kind }) => kind === 'consumer').map(({ name, state, pid }) => [name, state, pid])
}

async function consumerHealth(): Promise<ConsumerHealth[]> {
  return await (await fetch(`http://127.0.0.1:${monitoringPort}/api/consumer-health`)).json() as ConsumerHealth[]
}

/** The partitions of each active consumer. */
async function holdings(): Promise<[string, readonly number[]][]> {
  return (await consumerHealth()).filter((consumer) => consumer.status === 'active')
    .map(({ consumer_id: id, assigned_partitions: partitions }) => [id, partitions])
}
