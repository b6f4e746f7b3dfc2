import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { readConfig } from '../../src/monitoring/config.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import { createLog } from '../../src/runtime/log.ts'
import { testPlant } from '../harness/plant.ts'
import { launchBrowser } from './browser.ts'

// The whole path with nothing of ours replaced: three producers, three consumers, Kafka, PostgreSQL, the monitoring service, a browser.

const SENSORS = [['temp-sensor-001', 'temperature'], ['vib-sensor-002', 'vibration'], ['energy-sensor-003', 'energy']] as const
const CONSUMERS = ['consumer-001', 'consumer-002', 'consumer-003'] as const
const SHOTS = process.env['SCREENSHOT_DIR']

function start(context: TestContext, name: string, env: Readonly<Record<string, string>>): ChildProcess {
  const main = fileURLToPath(new URL(`../../src/${name}/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...env }, stdio: 'ignore' })
  context.after(() => { child.kill('SIGKILL') })
  return child
}

async function textOf(page: Page, selector: string): Promise<string> {
  return page.locator(selector).first().innerText()
}

async function shows(page: Page, what: string, selector: string, pattern: RegExp, withinMs: number): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const text = await textOf(page, selector)
    const tookMs = performance.now() - begun
    if (pattern.test(text)) return tookMs
    assert.ok(tookMs < withinMs, `${what} within ${withinMs} ms; ${selector} says: ${text}`)
    await sleep(50)
  }
}

test('the page of a running plant, and what it shows when a consumer is killed', async (context) => {
  const plant = await testPlant(context)
  const monitoring = await startMonitoring({ ...readConfig({ ...plant.env }), port: 0 }, createLog('monitoring', 'silent'))
  context.after(async () => monitoring.close())
  const consumers = CONSUMERS.map((id) => start(context, 'consumer', { ...plant.env, CONSUMER_ID: id, GROUP_SESSION_TIMEOUT_MS: '4000' }))
  for (const [id, type] of SENSORS) start(context, 'producer', { ...plant.env, SENSOR_ID: id, SENSOR_TYPE: type, SAMPLING_INTERVAL: '0.2', SENSOR_SEED: '1' })
  const browser = await launchBrowser()
  context.after(async () => browser.close())
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  const complaints: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  await page.goto(monitoring.url)

  await shows(page, 'the plant is up', 'body', /All 3 consumers and 3 producers active/, 30_000)
  await shows(page, 'nothing is lost', '#ledger', /every reading accounted for/i, 10_000)
  for (const id of CONSUMERS) await shows(page, `${id} has a partition`, '#partitions', new RegExp(id), 15_000)
  await shows(page, 'the first alert', '#alerts', /sensor-00\d/, 30_000)
  if (SHOTS !== undefined) {
    await sleep(20_000)
    await page.screenshot({ path: `${SHOTS}/desktop.png` })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.screenshot({ path: `${SHOTS}/phone.png`, fullPage: true })
    await page.setViewportSize({ width: 1440, height: 900 })
  }

  consumers[0]?.kill('SIGKILL')
  const begun = performance.now()
  for (;;) {
    const text = await textOf(page, '#partitions')
    if (/moved from consumer-001/.test(text)) break
    assert.ok(performance.now() - begun < 10_000, `the partition of the killed consumer moved within 10 s; the map says: ${text}`)
    await sleep(50)
  }
  context.diagnostic(`the partition moved on the page ${((performance.now() - begun) / 1000).toFixed(1)} s after kill -9`)
  await shows(page, 'the page names who is gone', 'body', /2 of 3 consumers/, 10_000)
  await shows(page, 'nothing is lost', '#ledger', /every reading accounted for/i, 10_000)
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/killed.png` })
  assert.deepEqual(complaints, [])
})
