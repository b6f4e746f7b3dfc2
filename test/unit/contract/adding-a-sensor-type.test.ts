import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { SENSOR_TYPE_NAMES } from '../../../src/contract/sensor-types.ts'

const ROOT = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** The one entry that CONTRIBUTING.md shows. */
const ENTRY = `  noise: {
    unit: 'dB', base: 60, warning: 85, critical: 100, samplingIntervalS: 2, plausible: [40, 120],
    rules: { consecutiveHigh: 3, rapidChange: 30, baselineDeviation: 25 },
  },
`

/** The services that run by default, each with its type; and the faults of machines, which a type that isn't named there doesn't feel. */
const NAMES_TYPES_ITSELF = ['src/contract/sensor-types.ts', 'src/local/services.ts', 'src/sensor/faults/fault-kinds.ts']

describe('a sensor type is added by one entry in src/contract/sensor-types.ts', () => {
  let copy = ''

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'sensor-type-'))
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true, filter: (path) => !path.startsWith(join(ROOT, 'src/dashboard/dist')) })
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(copy, file))
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const table = join(copy, 'src/contract/sensor-types.ts')
    const text = readFileSync(table, 'utf8')
    const end = '} as const satisfies Record<string, SensorTypeSettings>'
    assert.ok(text.includes(end), 'the table has moved')
    writeFileSync(table, text.replace(end, ENTRY + end))
  })
  after(() => rmSync(copy, { recursive: true, force: true }))

  /** Runs a program that imports one module of the copy, and returns what it prints as JSON. */
  async function inCopy(module: string, program: string): Promise<unknown> {
    const code = `import * as module from '${pathToFileURL(join(copy, module)).href}'\n${program}`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: copy })
    return JSON.parse(stdout) as unknown
  }

  test('CONTRIBUTING.md shows this entry', () => {
    assert.ok(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').includes(ENTRY.replaceAll(/^ {2}/gm, '')))
  })

  test('the types still fit everywhere, the page included', async () => {
    for (const config of ['tsconfig.json', 'src/dashboard/tsconfig.json']) {
      // What is unused has nothing to do with it.
      await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config, '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'], { cwd: copy })
       .catch((error: { stdout: string }) => assert.fail(error.stdout))
    }
  })

  test('its readings are accepted', async () => {
    assert.equal(await inCopy('src/contract/reading.ts', `
      const reading = { timestamp: '2026-01-31T12:00:00Z', sensor_id: 'noise-1', sensor_type: 'noise', value: 90, unit: 'dB',
        location: { factory_section: 'a', machine_id: 'b', zone: 'c' } }
      const result = module.parseReading(Buffer.from(JSON.stringify(reading)), { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER })
      console.log(JSON.stringify(result.sensorType))`), 'noise')
  })

  test('it is simulated within its range, with warnings and critical readings', async () => {
    const { lowest, highest, critical } = await inCopy('src/sensor/signal.ts', `
      const signal = module.createSignal({ type: 'noise', seed: '1', sensorId: 'noise-1' })
      const values = Array.from({ length: 20000 }, (_, index) => signal.next(Date.UTC(2026, 0, 31) + index * 2000).value)
      console.log(JSON.stringify({ lowest: Math.min(...values), highest: Math.max(...values), critical: values.filter((value) => value >= 100).length }))`,
    ) as { lowest: number, highest: number, critical: number }
    assert.ok(lowest >= 40 && highest <= 120, `${lowest} to ${highest}`)
    assert.ok(critical > 0)
  })

  test('a producer of it can be configured, thresholds too', async () => {
    assert.deepEqual(await inCopy('src/producer/config.ts', `
      const env = { SENSOR_ID: 'noise-1', SENSOR_TYPE: 'noise', NOISE_WARNING_THRESHOLD: '80' }
      const { sensorType, samplingIntervalMs, thresholds } = module.readConfig(env)
      console.log(JSON.stringify({ sensorType, samplingIntervalMs, thresholds }))`),
    { sensorType: 'noise', samplingIntervalMs: 2000, thresholds: { warning: 80, critical: 100 } })
  })

  test('a consumer of it can be configured', async () => {
    assert.deepEqual(await inCopy('src/consumer/config.ts', `
      console.log(JSON.stringify(module.readConfig({ NOISE_CRITICAL_THRESHOLD: '95' }).thresholds.noise))`), { warning: null, critical: 95 })
  })
})

test('no other file names a sensor type, so none has to be changed for a new one', () => {
  const type = SENSOR_TYPE_NAMES.join('|')
  const named = new RegExp(`['"\`](${type})['"\`]|\\b(${type}):|\\bcase '(${type})'`)
  const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).filter((path) => !NAMES_TYPES_ITSELF.includes(path))
    .filter((path) => named.test(readFileSync(join(ROOT, path), 'utf8')))
  assert.deepEqual(files, [])
})
