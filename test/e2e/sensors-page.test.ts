import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { rollUp } from '../../src/postgres/roll-up.ts'
import { registerSensors, registerVersions } from '../../src/postgres/sensor-registry.ts'
import { fileOwner } from '../harness/file-owner.ts'
import type { Owner } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from '../integration/access-client.ts'
import { alarmPlant } from '../integration/alarm-plant.ts'
import type { AlarmPlant } from '../integration/alarm-plant.ts'
import { addLog, store } from '../integration/stored-readings.ts'
import { launchBrowser } from './browser.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'

// The page of sensors in a real Chromium, on the real service and stored readings; Kafka isn't there.

const owner = fileOwner()
let plant: AlarmPlant
let url: string
let browser: Browser

before(async () => {
  plant = await alarmPlant(owner)
  await addAccount(plant.pool, 'olga', 'operator')
  await addMany()
  await addHistory()
  url = (await startAccess(owner, plant.databaseUrl, { anonymousRead: true })).url
  browser = await launchBrowser()
  owner.after(() => browser.close())
})

/** More than two pages of the list. */
async function addMany(): Promise<void> {
  const number = (index: number): string => String(index).padStart(3, '0')
  await registerSensors(plant.pool, Array.from({ length: 120 }, (_, index) => ({
    sensorId: `P-${number(index)}`, sensorType: 'pressure', location: JSON.stringify({ factory_section: 'utilities', machine_id: `pump-${index % 4}`, zone: 'b' }),
  })))
}

/** Of T-1: the last 50 minutes every 10 s, without ten of them, one of a bad quality, and an alarm that stands. */
async function addHistory(): Promise<void> {
  const [{ key: sensorKey } = assert.fail()] = await plant.rows<{ key: number }>(`select sensor_key as key from sensors where sensor_id = 'T-1'`)
  const location = JSON.stringify({ factory_section: 'production', machine_id: 'M-1', zone: 'a' })
  const [versionKey = 0] = await registerVersions(plant.pool, [{
    sensorKey, sensorType: 'temperature', unit: '°C', location, warningThreshold: 35, criticalThreshold: 40, epoch: null, sentAs: null,
    fingerprint: createHash('sha256').update('T-1').digest(),
  }])
  const logKey = await addLog(plant.pool, 0)
  const nowMs = Date.now()
  const agoS = Array.from({ length: 300 }, (_, index) => index * 10).filter((each) => each < 1_200 || each >= 1_800).toReversed()
  await store(plant.pool, logKey, agoS.map((each) => ({
    sensorKey, versionKey, timeUs: (nowMs - each * 1_000) * 1_000, value: each === 600 ? 20 : 30 + 4 * Math.sin(each / 200) + (each < 120 ? 8 : 0),
    level: each < 120 ? 2 : 0, quality: each === 600 ? 0.1 : 1,
  })))
  while (await rollUp(plant.pool, [logKey])) { /* more of them */ }
  await plant.pool.query(`insert into sensor_outlook (sensor_key, learned, expected, band_low, band_high, as_of) values ($1, 0.4, 31, 27, 35, now())`, [sensorKey])
  const timeMs = nowMs - 110_000
  await plant.apply(plant.change('raised', 0, { timeMs, raisedMs: timeMs, peakMs: timeMs }))
}

async function open(t: Owner, hash: string, name: string | null = null): Promise<Page> {
  const page = await openPage(t, browser)
  await page.goto(`${url}/sensors${hash}`)
  await seen(page, '.connection', 'Live')
  if (name === null) return page
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.locator('.login').getByRole('button', { name: 'Log in', exact: true }).click()
  await seen(page, '.who', name)
  return page
}

/** How many pixels of the chart have the colour of this class. */
function pixelsOf(page: Page, name: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.sensor-chart canvas')
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
    const wanted = parse(getComputedStyle(document.querySelector('.sensor-chart .chart-${name}')).color)
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let found = 0
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 250 && wanted.every((part, index) => Math.abs(data[at + index] - part) < 3 || index > 2)) found++
    return found
  })()`)
}

describe('the list of sensors', () => {
  test('has all that are in service, page by page, with their newest readings and open alarms', async (t) => {
    const page = await open(t, '')
    await seen(page, '.pages [aria-current]', 'Sensors')
    await seen(page, '#sensors .panel-note', '124 sensors')
    assert.equal(await page.locator('.sensor').count(), 50)
    await page.getByRole('link', { name: 'Next' }).click()
    await seen(page, '.pages-of-list', 'Page 2 of 3')
    await seen(page, '.sensor', 'P-099')
    await page.getByRole('link', { name: 'Next' }).click()
    await seen(page, '.sensor', 'T-4')
    await page.getByLabel('Order').selectOption('alarms')
    await seen(page, '.sensor >> nth=0', /T-1[\s\S]*M-1[\s\S]*Critical[\s\S]*°C[\s\S]*learning, 40 %[\s\S]*1, high/)
    assert.equal(await page.evaluate('scrollY'), 0)
    await shoot(page, 'sensors-list', { check: assertWellDrawn })
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, 'sensors-list-dark', { check: assertWellDrawn })
  })

  test('is searched, and filtered by machine and type, all in the address', async (t) => {
    const page = await open(t, '#type=pressure')
    await seen(page, '#sensors .panel-note', '120 sensors')
    await page.getByLabel('Name or id contains').fill('p-00')
    await page.keyboard.press('Enter')
    await seen(page, '#sensors .panel-note', /^10 sensors$/)
    await page.getByRole('link', { name: 'pump-1' }).first().click()
    await seen(page, '#sensors .panel-note', '30 sensors')
    assert.match(page.url(), /#machine=pump-1$/)
    await page.goBack()
    await seen(page, '#sensors .panel-note', /^10 sensors$/)
    await page.getByLabel('State').selectOption('decommissioned')
    await seen(page, '#sensors', 'No sensor fits.')
  })
})

describe('one sensor', () => {
  test('is drawn from stored readings with a gap, limits, its alarm, and a grey reading of bad quality, and told as a table', async (t) => {
    const page = await open(t, '')
    await page.getByLabel('Name or id contains').fill('T-1')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'T-1' }).click()
    const words = /^T-1, the last 1 h: mean 3[\d.]+ °C, lowest 2[\d.]+ °C, highest 4[\d.]+ °C of 239 readings; 1 reading of bad quality; each reading by itself$/
    await page.getByRole('img', { name: words }).waitFor()
    for (const [name, least] of [['line', 100], ['bad', 20], ['critical', 50], ['warning', 50], ['high', 20], ['expected', 10]] as const) {
      const pixels = await pixelsOf(page, name)
      assert.ok(pixels >= least, `${name}: ${pixels} pixels`)
    }
    await seen(page, '#sensor-alarms', /Critical limit reached[\s\S]*Unacknowledged/)
    await seen(page, '.facts', /Critical[\s\S]*Limits[\s\S]*critical 40\s°C, warning 35\s°C[\s\S]*31\s°C, mostly 27\s°C to 35\s°C[\s\S]*learning, 40 %[\s\S]*about one every \d+ seconds/)
    await seen(page, '#sensor-actions', 'Log in to change it')
    await page.getByText('Show as table').click()
    await page.getByRole('button', { name: 'Show all 240 points' }).click()
    await seen(page, '.points tr.quiet', /20\s°C[\s\S]*bad/)
    assert.equal(await page.locator('.points tbody tr').count(), 240)
    await page.getByText('Show as table').click()
    await shoot(page, 'sensor', { check: assertWellDrawn, fullPage: true })
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, 'sensor-dark', { check: assertWellDrawn, fullPage: true })
    await page.getByRole('link', { name: '24 h' }).click()
    await page.getByRole('img', { name: /^T-1, the last 24 h: .*of 239 readings/ }).waitFor()
    assert.match(page.url(), /#id=T-1&span=24h$/)
  })

  test('is renamed, replaced and decommissioned by forms that ask why, and is so after a reload', async (t) => {
    const page = await open(t, '#id=T-1', 'olga')
    await page.getByRole('button', { name: 'Rename T-1' }).click()
    await page.getByLabel('Name; empty: it goes by its id').fill('Main bearing, drive end')
    await page.locator('.reason-form').getByRole('button', { name: 'Rename', exact: true }).click()
    assert.equal(await page.locator('.reason-form').count(), 1, 'without a reason')
    await page.getByLabel('Reason').fill('nobody knows T-1')
    await shoot(page, 'sensor-rename', { check: assertWellDrawn })
    await page.keyboard.press('Enter')
    await seen(page, '#sensor-title', 'Main bearing, drive end')
    await seen(page, '#sensor-actions .lines', /Named “Main bearing, drive end”[\s\S]*by olga, .*: nobody knows T-1/)

    await page.getByRole('button', { name: 'Replace T-1' }).click()
    await page.getByLabel('Serial number of the new device').fill('SN-77')
    await page.getByLabel('Id in its messages, if not T-1').fill('T-2')
    await page.getByLabel('Reason').fill('broken')
    await page.keyboard.press('Enter')
    await seen(page, '.reason-form [role=alert]', /“?"T-2" is a sensor of its own already/)
    await page.getByLabel('Id in its messages, if not T-1').fill('T-1-b')
    await shoot(page, 'sensor-replace', { check: assertWellDrawn })
    await page.keyboard.press('Enter')
    await seen(page, '.facts', 'SN-77; readings also come as T-1-b')
    await seen(page, '#sensor-alarms', 'Over')
    await page.reload()
    await seen(page, '#sensor-title', 'Main bearing, drive end')
    await seen(page, '#sensor-actions .lines', 'Replaced by “SN-77”; it sends as “T-1-b”')

    await page.getByRole('button', { name: 'Decommission T-1' }).click()
    await page.getByLabel('Reason').fill('line 1 is closed')
    await page.keyboard.press('Enter')
    await seen(page, '.facts', 'Decommissioned, still sends')
    await page.reload()
    await seen(page, '.facts', 'Decommissioned, still sends')
    await page.getByRole('link', { name: 'All sensors' }).click()
    await seen(page, '#sensors .panel-note', '123 sensors')
    await page.getByLabel('State').selectOption('decommissioned')
    await seen(page, '.sensor', 'Main bearing, drive end')
    await page.getByRole('link', { name: 'Main bearing, drive end' }).click()
    await page.getByRole('button', { name: 'Back in service T-1' }).click()
    await page.getByLabel('Reason').fill('opened again')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Decommission T-1' }).waitFor()
  })

  test('is reached from its alarms, which have its name', async (t) => {
    await plant.pool.query(`update sensors set name = 'Oven, top' where sensor_id = 'T-3'`)
    const timeMs = Date.now() - 60_000
    await plant.apply(plant.change('raised', 0, { sensorId: 'T-3', timeMs, raisedMs: timeMs, peakMs: timeMs }))
    const page = await openPage(t, browser)
    await page.goto(`${url}/alarms`)
    await page.getByRole('link', { name: 'Oven, top' }).click()
    await seen(page, '#sensor .panel-note', 'T-3')
  })
})
