import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../src/fleet/config.ts'
import type { TruthLine } from '../../src/fleet/ground-truth.ts'
import { startFleet } from '../../src/fleet/service.ts'
import type { Fleet } from '../../src/fleet/service.ts'
import { createLog } from '../../src/runtime/log.ts'
import { bench } from './consumer-bench.ts'
import type { Bench } from './consumer-bench.ts'

const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
after(() => { rmSync(folder, { recursive: true }) })
const OPTIONS = ['--plant', join(ROOT, 'fleet.yaml'), '--truth', join(folder, 'truth.jsonl')]

function start({ plant }: Bench, args: readonly string[], env: Record<string, string> = {}): Fleet {
  return startFleet(readConfig([...OPTIONS, ...args], { ...plant.env, ...env }), createLog('fleet', 'silent'), () => {})
}

async function ledger({ pool }: Bench): Promise<unknown> {
  const { rows } = await pool.query(`select sum(stored)::int8 as stored, sum(duplicates)::int8 as duplicates, sum(dead_lettered)::int8 as refused,
    (select count(*) from reading) as readings, (select count(*) from producer_epoch where not isempty(missing)) as gaps from partition_log`)
  return rows[0]
}

describe('a fleet', () => {
  test('is stopped by SIGTERM: what is left is sent first, and everything is stored once', async (t) => {
    const system = await bench(t)
    await system.consumer('consumer-001')
    // Whenever it runs, of 60 sensors some are in fault.
    const faulty = join(folder, 'faulty.yaml')
    writeFileSync(faulty, readFileSync(join(ROOT, 'fleet.yaml'), 'utf8').replace('share: 0.01', 'share: 0.5'))
    const fleet = spawn(process.execPath, ['src/fleet/main.ts', ...OPTIONS, '--plant', faulty, '--sensors', '60', '--rate', '2000'], {
      cwd: ROOT, env: { ...process.env, ...system.plant.env, LOG_LEVEL: 'warn' }, stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    fleet.stdout.on('data', (text: Buffer) => { output += text.toString() })
    fleet.stderr.on('data', (text: Buffer) => { output += text.toString() })
    while (!/acknowledged [1-9]\d?,\d{3} /.test(output)) await sleep(50)
    fleet.kill('SIGTERM')
    const [code] = await once(fleet, 'close') as [number]
    assert.equal(code, 0, output)
    const [, sent = '', acknowledged = ''] = /\nall: .* s {2}sent ([\d,]+) {2}acknowledged ([\d,]+) .* p99 \d+ ms {2}waiting 0\n$/.exec(output) ?? []
    assert.equal(sent, acknowledged, output)
    const count = Number(sent.replaceAll(',', ''))
    assert.ok(count > 1_000, output)
    await system.consumed(count)
    assert.deepEqual(await ledger(system), { stored: count, duplicates: 0, refused: 0, readings: count, gaps: 0 })

    const { rows } = await system.pool.query(`select producer_id, sensor_type, status, total_messages_sent, metadata->'sensors' as sensors from producer_health`)
    assert.deepEqual(rows, [{ producer_id: 'fleet-example-plant', sensor_type: 'fleet', status: 'inactive', total_messages_sent: count, sensors: 60 }])
    const truth = readFileSync(join(folder, 'truth.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as TruthLine)
    const known = await system.pool.query<{ sensor_id: string }>('select sensor_id from sensors')
    assert.ok(truth.length > 5, `${truth.length} faults`)
    // The others were silent all the time.
    assert.ok(known.rows.length <= 60 && known.rows.length > 40, `${known.rows.length} sensors`)
    const silent = truth.filter(({ kind, readings }) => kind === 'drop_out' && readings === 0).map(({ sensor_id }) => sensor_id)
    assert.ok(60 - known.rows.length <= silent.length)
  })

  test('writes two days of history, and once more nothing but duplicates', async (t) => {
    const system = await bench(t)
    await system.consumer('consumer-001')
    const history = ['--sensors', '3', '--rate', '0.3', '--from', '2026-05-01', '--to', '2026-05-03', '--time-scale', '10']
    const from = Date.UTC(2026, 4, 1)
    const made = await start(system, history).done
    assert.equal(made.acknowledged, made.made)
    // Less a few, of sensors that drop out.
    assert.ok(made.made <= 2 * 86_400 * 0.3 && made.made > 2 * 86_400 * 0.3 * 0.98, `${made.made} readings`)
    await system.consumed(made.made)
    const once = { stored: made.made, duplicates: 0, refused: 0, readings: made.made, gaps: 0 }
    assert.deepEqual(await ledger(system), once)
    const { rows } = await system.pool.query<{ first: Date, last: Date, sensors: number, days: number }>(
      `select min(time) as first, max(time) as last, count(distinct sensor_key) as sensors, count(distinct date_trunc('day', time, 'UTC')) as days from reading`)
    const [row] = rows
    assert.deepEqual([row?.sensors, row?.days], [3, 2])
    assert.ok((row?.first.getTime() ?? 0) >= from && (row?.first.getTime() ?? 0) < from + 60_000)
    assert.ok((row?.last.getTime() ?? 0) < from + 2 * 86_400_000 && (row?.last.getTime() ?? 0) > from + 2 * 86_400_000 - 60_000)

    await start(system, history).done
    await system.consumed(2 * made.made)
    assert.deepEqual(await ledger(system), { ...once, duplicates: made.made })
  })

  test('holds history back while the consumers are too far behind', async (t) => {
    const system = await bench(t)
    const fleet = start(system, ['--sensors', '20', '--rate', '10', '--from', '2026-05-01', '--to', '2026-05-01T03:00Z'], { FLEET_MAX_LAG: '10000' })
    t.after(() => fleet.close())
    let ended = false
    fleet.done.then(() => { ended = true }, () => {})
    while (fleet.counts.acknowledged < 10_000) await sleep(50)
    await sleep(2_000)
    // The limit, and the ten minutes in hand: 6,000 readings.
    assert.ok(fleet.counts.made <= 16_000, `${fleet.counts.made} made`)
    assert.equal(ended, false)
    await system.consumer('consumer-001')
    const { made, acknowledged } = await fleet.done
    assert.ok(acknowledged === made && made > 100_000, `${acknowledged} of ${made}`)
    await system.consumed(made)
    assert.deepEqual(await ledger(system), { stored: made, duplicates: 0, refused: 0, readings: made, gaps: 0 })
  })
})

describe('the command fleet', () => {
  async function run(...args: readonly string[]): Promise<{ code: number, stdout: string, stderr: string }> {
    const command = spawn(process.execPath, ['src/cli/main.ts', 'fleet', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    command.stdout.on('data', (text: Buffer) => { stdout += text.toString() })
    command.stderr.on('data', (text: Buffer) => { stderr += text.toString() })
    const [code] = await once(command, 'close') as [number]
    return { code, stdout, stderr }
  }

  test('explains itself', async () => {
    const { code, stdout } = await run('--help')
    assert.equal(code, 0)
    for (const option of ['sensors', 'rate', 'minutes', 'from', 'to', 'seed', 'plant', 'truth', 'time-scale']) assert.match(stdout, new RegExp(`--${option} `))
  })

  test('says in one line what is wrong with its options, before it looks for a system', async () => {
    assert.deepEqual(await run('--sensors', 'many'), { code: 2, stdout: '', stderr: '--sensors is "many"; it must be a whole number from 1 to 1000000\n' })
    assert.deepEqual(await run('--plant', 'none.yaml'), {
      code: 2, stdout: '', stderr: 'the plant file can\'t be read: ENOENT: no such file or directory, open \'none.yaml\'\n',
    })
    const { code, stderr } = await run('--fast')
    assert.equal(code, 2)
    assert.match(stderr, /^Unknown option '--fast'; there are --sensors, .*\n$/)
  })
})
