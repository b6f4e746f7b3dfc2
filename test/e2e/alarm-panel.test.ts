import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import type { Alarm, OpenAlarms } from '../../src/contract/alarm-api.ts'
import { launchBrowser } from './browser.ts'
import { alarm, alarmDetail, manyStates, openAlarms } from './fixture-alarms.ts'
import { alert, plant } from './fixture-data.ts'
import { OPERATOR, READER, startFixtureServer } from './fixture-server.ts'
import type { FixtureServer } from './fixture-server.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'
import type { Owner } from '../harness/plant.ts'

// The panel of alarms in a real Chromium, against a stream that the test writes.

const REDRAWS = 20
let browser: Browser
let server: FixtureServer

before(async () => {
  browser = await launchBrowser()
  server = await startFixtureServer()
})
after(async () => {
  await browser.close()
  await server.close()
})
afterEach(() => server.forget())

async function open(t: Owner, alarms: OpenAlarms, session: object = OPERATOR): Promise<Page> {
  server.answer('GET /api/session', session)
  server.sendAll(plant({ now: Date.now(), alarms }))
  for (const each of alarms.alarms) server.answer(`GET /api/alarms/${each.episode_id}`, alarmDetail(each))
  const page = await openPage(t, browser)
  await page.goto(server.url)
  await seen(page, '.connection', 'Live')
  return page
}

const rowOf = (page: Page, sensor: string): Locator => page.locator('.alarm', { hasText: sensor })
const sensorsOf = async (page: Page): Promise<string[]> => page.locator('.alarm-list .alarm-where > .name').allInnerTexts()

describe('the panel of alarms', () => {
  test('is calm while there is none', async (t) => {
    const page = await open(t, openAlarms([]))
    await seen(page, '#alarms', 'No alarms.')
    assert.equal(await page.locator('#alarms button, #alarms details').count(), 0)
    await shoot(page, 'alarms-none', { check: assertWellDrawn, fullPage: true })
  })

  test('shows what waits first, the alarms of one machine together, and what is hidden when it is opened', async (t) => {
    const page = await open(t, manyStates(Date.now()))
    await seen(page, '#alarms .panel-note', '4 unacknowledged · 2 high, 3 medium, 1 low · 1 shelved')
    assert.deepEqual(await sensorsOf(page), ['press-sensor-012', 'temp-sensor-012', 'vib-sensor-012', 'energy-sensor-003', 'hum-sensor-007', 'temp-sensor-044'])
    assert.match(await page.locator('.group-head').innerText(), /press-12: 3 alarms within a minute, the first one first/)
    assert.match(await rowOf(page, 'energy-sensor-003').innerText(),
      /Medium[\s\S]*High several times in a row[\s\S]*3 readings in a row[\s\S]*peak 183\skW[\s\S]*lasted 3 min[\s\S]*Returned, not acknowledged/)
    assert.match(await rowOf(page, 'hum-sensor-007').innerText(), /Acknowledged by olga, /)
    assert.match(await rowOf(page, 'temp-sensor-044').innerText(), /Returned; stays until it is reset[\s\S]*Reset/)
    assert.equal(await page.locator('.hidden-alarms[open]').count(), 0)
    await shoot(page, 'alarms', { check: assertWellDrawn })
    await page.getByText('Hidden: 1 shelved, 1 suppressed, 1 out of service, 1 machine in maintenance').click()
    assert.match(await page.locator('.hidden-alarms').innerText(),
      /furnace-09 is in maintenance since .*, says olga: new lining[\s\S]*Shelved by otto until[\s\S]*bearing is ordered, comes on Monday/)
    await seen(page, '.hidden-why', 'Taken out of service by otto: cable cut')
    await rowOf(page, 'press-sensor-012').getByRole('button', { name: /what happened/ }).click()
    await seen(page, '.alarm-events', /Raised[\s\S]*Escalated[\s\S]*Acknowledged by olga: on my way/)
    await rowOf(page, 'energy-sensor-003').getByRole('button', { name: /^Shelve/ }).click()
    await shoot(page, 'alarms-opened', { check: assertWellDrawn, fullPage: true })
    for (const width of [320, 820, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      await assertWellDrawn(page, `${width} px`)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, 'alarms-dark', { check: assertWellDrawn, fullPage: true })
  })

  test('names high alarms that wait beside the state of the pipeline, and in the tab', async (t) => {
    const page = await open(t, manyStates(Date.now()))
    await seen(page, '.status .headline', 'All 3 consumers and 3 producers active')
    await seen(page, '.waiting-alarms', /^1 high alarm waits to be acknowledged: press-sensor-012 \(Critical limit reached\), since \d\d:\d\d:\d\d/)
    assert.equal(await page.locator('.status-normal').count(), 1)
    assert.match(await page.title(), /^1 high alarm waits to be acknowledged · All 3 consumers/)
    assert.match(await page.locator('#favicon').getAttribute('href') ?? '', /favicon-critical/)
    server.send('alarms', openAlarms([]))
    await page.locator('.waiting-alarms').waitFor({ state: 'detached' })
    assert.match(await page.locator('#favicon').getAttribute('href') ?? '', /favicon-normal/)
  })

  test('has beside it what happened to alarms, in words, coloured where it calls for somebody', async (t) => {
    const now = Date.now()
    server.sendAll(plant({ now, alerts: [
      alert(now, 'c', { episode_id: 'one', transition: 'acknowledged', description: 'acknowledged by olga: on my way', severity: 'critical' }),
      alert(now, 'b', { episode_id: 'one', transition: 'escalated', severity: 'critical' }), alert(now, 'a', { episode_id: 'one' }),
      alert(now, 'd', { transition: 'shelved', description: 'shelved by otto: 15 min: cleaning' }), alert(now, 'e', { transition: 'cleared', severity: 'low' }),
      alert(now, 'f', { transition: 'escalated' }),
    ] }))
    const page = await openPage(t, browser)
    await page.goto(server.url)
    await seen(page, '#alerts', 'acknowledged by olga: on my way')
    assert.deepEqual(await page.locator('#alerts .transition').allInnerTexts(), ['Acknowledged', 'Shelved', 'Cleared', 'Escalated'])
    assert.match(await page.locator('#alerts tbody tr').first().innerText(), /Critical limit reached\s*Acknowledged\s*3 changes since/)
    assert.equal(await page.locator('#alerts .alert-quiet').count(), 3)
    await page.locator('#alerts').scrollIntoViewIfNeeded()
    await shoot(page, 'alerts', { check: assertWellDrawn })
  })

  test('says to whoever may not act why, and how to get there', async (t) => {
    const alarms = manyStates(Date.now())
    const anybody = await open(t, alarms, { ...READER, accounts: true })
    assert.equal(await anybody.getByRole('button', { name: /^(Acknowledge|Shelve|Reset|Unshelve)/ }).count(), 0)
    await anybody.getByRole('button', { name: 'Log in to acknowledge' }).click()
    await seen(anybody, '.login h2', 'Log in')
    const viewer = await open(t, alarms, { ...OPERATOR, role: 'viewer', may: READER.may })
    await seen(viewer, '.way-to-act', 'With the role viewer you can look; it takes an operator to acknowledge.')
    const nobody = await open(t, alarms, READER)
    await seen(nobody, '.way-to-act', 'there is none yet')
    await shoot(nobody, 'alarms-nobody', { check: assertWellDrawn, fullPage: true })
  })

  test('shows names and texts of others as text, however long', async (t) => {
    const evil = '<img src=x onerror=alert(1)>'
    const page = await open(t, openAlarms([
      alarm(Date.now(), 1, 5, { sensor_id: 'x'.repeat(255), machine_id: 'y'.repeat(255), description: 'z'.repeat(500), unit: 'kilowatt-hours-per-square-metre' }),
      alarm(Date.now(), 2, 5, { sensor_id: evil, description: evil, state: 'acknowledged', acknowledged_by: 'a'.repeat(64), acknowledged_at: new Date().toISOString() }),
    ]))
    await seen(page, '.alarm-where', evil)
    assert.equal(await page.locator('img').count(), 0)
    await shoot(page, 'alarms-long', { check: assertWellDrawn })
  })

  test('has targets of 44 px on a phone', async (t) => {
    const page = await open(t, manyStates(Date.now()))
    await page.setViewportSize({ width: 390, height: 844 })
    await page.locator('.hidden-alarms summary').click()
    await rowOf(page, 'energy-sensor-003').getByRole('button', { name: /^Shelve/ }).click()
    const small = await page.evaluate(`[...document.querySelectorAll('#alarms button, #alarms summary, #alarms label:has(input), #alarms input:not([type=radio])')]
      .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent)`)
    assert.deepEqual(small, [])
  })

  test('moves no row while somebody works in one, and says so', async (t) => {
    const now = Date.now()
    const first = alarm(now, 1, 60, { sensor_id: 'one', priority: 'medium' })
    const second = alarm(now, 2, 50, { sensor_id: 'two', priority: 'low' })
    const page = await open(t, openAlarms([first, second]))
    await rowOf(page, 'two').getByRole('button', { name: 'Acknowledge' }).focus()
    const worse = alarm(now, 3, 1, { sensor_id: 'three' })
    server.send('alarms', openAlarms([worse, second]))
    await seen(page, '.held', 'The order is held while you work here; 1 new row below.')
    assert.deepEqual(await sensorsOf(page), ['one', 'two', 'three'])
    assert.match(await rowOf(page, 'one').innerText(), /Over/)
    assert.match(String(await page.evaluate('document.activeElement.textContent')), /^Acknowledge .* at two/)
    await page.getByRole('button', { name: 'Sort now' }).press('Enter')
    await page.locator('.held').waitFor({ state: 'detached' })
    assert.deepEqual(await sensorsOf(page), ['three', 'two'])

    // Also an open form holds them, when the focus is elsewhere. By keyboard: a pointer above the rows would hold them too.
    await rowOf(page, 'two').getByRole('button', { name: /^Shelve/ }).press('Enter')
    await page.locator('.alarm-list input:not([type=radio])').fill('half a reason')
    await page.evaluate('document.activeElement.blur()')
    server.send('alarms', openAlarms([alarm(now, 4, 0, { sensor_id: 'four' }), worse, second]))
    await seen(page, '.held', '1 new row below')
    assert.deepEqual(await sensorsOf(page), ['three', 'two', 'four'])
    assert.equal(await page.locator('.alarm-list input:not([type=radio])').inputValue(), 'half a reason')
    await page.locator('.alarm-list input:not([type=radio])').press('Escape')
    assert.match(String(await page.evaluate('document.activeElement.textContent')), /^Shelve/)
  })

  test('moves no row while somebody aims at one with the mouse, and shows what comes meanwhile below all others', async (t) => {
    const now = Date.now()
    const many = Array.from({ length: 40 }, (_, index) => alarm(now, index + 1, index + 10, { sensor_id: `sensor-${index}`, priority: 'low' }))
    const page = await open(t, openAlarms(many))
    await rowOf(page, 'sensor-3').first().hover()
    server.send('alarms', openAlarms([alarm(now, 99, 0, { sensor_id: 'worst' }), ...many]))
    await seen(page, '.held', '1 new row below')
    const sensors = await sensorsOf(page)
    assert.deepEqual([sensors.length, sensors[0], sensors.at(-1)], [21, 'sensor-0', 'worst'])
    await page.mouse.move(5, 5)
    // 5 s after the pointer was moved there last.
    await page.locator('.held').waitFor({ state: 'detached', timeout: 10_000 })
    assert.equal((await sensorsOf(page))[0], 'worst')
  })

  test('acknowledges by keyboard, keeps the focus, and tells in words what went wrong', async (t) => {
    const shown = alarm(Date.now(), 1, 60)
    const page = await open(t, openAlarms([shown]))
    const button = page.locator('.alarm-actions .action').first()
    await button.focus()
    await page.route('**/acknowledge', (route) => route.fulfill({ status: 409, json: { error: 'the alarm is shelved; unshelve it first' } }))
    await page.keyboard.press('Enter')
    await seen(page, '.alarm-problem', 'The alarm is shelved; unshelve it first.')
    await page.unroute('**/acknowledge')
    const answer: Alarm = { ...shown, state: 'acknowledged', acknowledged_by: 'olga', acknowledged_at: new Date().toISOString(), changed_at: new Date().toISOString() }
    server.answer(`POST /api/alarms/${shown.episode_id}/acknowledge`, answer)
    await page.keyboard.press('Enter')
    await seen(page, '.alarm-state', 'Acknowledged by olga')
    assert.equal(await page.locator('.alarm-problem').count(), 0)
    assert.match(String(await page.evaluate('document.activeElement.textContent')), /^Acknowledged/)
  })

  test('acknowledges a whole group, and says how many were when not all are', async (t) => {
    const alarms = manyStates(Date.now())
    const page = await open(t, alarms)
    const asked: string[] = []
    await page.route('**/acknowledge', async (route) => {
      const shown = alarms.alarms.find(({ episode_id: id }) => route.request().url().includes(id))
      asked.push(shown?.sensor_id ?? '')
      if (shown?.sensor_id === 'temp-sensor-012') await route.fulfill({ status: 409, json: { error: 'no' } })
      else await route.fulfill({ json: { ...shown, state: 'acknowledged', acknowledged_by: 'olga', changed_at: new Date().toISOString() } })
    })
    await page.getByRole('button', { name: 'Acknowledge all 3 of press-12' }).click()
    await seen(page, '.group-head .alarm-problem', '2 of 3 acknowledged. No.')
    assert.deepEqual(asked.toSorted(), ['press-sensor-012', 'temp-sensor-012', 'vib-sensor-012'])
  })

  test('shows a thousand silent sensors as one row, and acknowledges them as one', async (t) => {
    const now = Date.now()
    const groupId = alarm(now, 1, 0).episode_id
    const silent = Array.from({ length: 10 }, (_, index) => alarm(now, index + 1, 40 - index, {
      sensor_id: `sensor-${index}`, machine_id: `machine-${index}`, rule: 'stale_signal', priority: 'low', severity: 'low', group_id: groupId,
      description: 'no reading for 30 s; usually one every 3 s',
    }))
    const large = { group_id: groupId, alarms: 1_850, unacknowledged: 1_850, machines: 230 }
    const section = openAlarms([alarm(now, 50, 5, { group_id: null }), ...silent])
    const flood = { ...section, large_groups: [large], counts: { ...section.counts, open: 1_851, unacknowledged: 1_851, low: 1_850 } }
    const page = await open(t, flood)
    await seen(page, '.group-head', 'Silent: 1,850 sensors of 230 machines at about the same time, 10 of them here')
    await seen(page, '.alarm-group .alarm-peak', 'last 41.37')
    assert.equal(await page.locator('.alarm-list > li').count(), 2)
    await shoot(page, 'alarms-silent')
    let finish = (): void => undefined
    const held = new Promise<void>((resolve) => { finish = resolve })
    const asked: string[] = []
    await page.route('**/acknowledge', async (route) => {
      asked.push(new URL(route.request().url()).pathname)
      await held
      await route.fulfill({ json: { group_id: groupId, acknowledged: 1_850 } })
    })
    await page.getByRole('button', { name: 'Acknowledge all 1,850 of silent sensors' }).click()
    await seen(page, '.group-head', 'Acknowledging all 1,850')
    finish()
    const done = silent.map((each): Alarm => ({ ...each, state: 'acknowledged', acknowledged_by: 'olga', acknowledged_at: new Date().toISOString() }))
    server.send('alarms', { ...flood, alarms: [...section.alarms.slice(0, 1), ...done], large_groups: [{ ...large, unacknowledged: 0 }] })
    await seen(page, '.group-head', 'All acknowledged')
    assert.deepEqual(asked, [`/api/alarm-groups/${groupId}/acknowledge`])
  })

  test('stays quick with as many alarms as the service sends, of thousands', async (t) => {
    const now = Date.now()
    const flood = openAlarms(Array.from({ length: 200 }, (_, index) => alarm(now, index, index, { sensor_id: `sensor-${index}`, machine_id: `machine-${index}` })))
    const page = await open(t, { ...flood, counts: { ...flood.counts, open: 10_000, unacknowledged: 9_876, high: 10_000 } })
    await seen(page, '#alarms .panel-note', '9,876 unacknowledged · 10,000 high')
    await seen(page, '#alarms', 'Of 10,000 open alarms these are the 200 most urgent.')
    assert.equal(await page.locator('.alarm-list > li').count(), 20)
    await page.getByRole('button', { name: 'Show all 200 rows' }).click()
    assert.equal(await page.locator('.alarm-list > li').count(), 200)
    // Every row changes with each section. Of the page's thread, as the machine is shared: wall time says more of the neighbours.
    const metrics = await page.context().newCDPSession(page)
    await metrics.send('Performance.enable', { timeDomain: 'threadTicks' })
    const busyS = async (): Promise<number> => (
      (await metrics.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? assert.fail())
    const before = await busyS()
    for (let round = 1; round <= REDRAWS; round++) {
      server.send('alarms', { ...flood, alarms: flood.alarms.map((each) => ({ ...each, peak_value: 100 + round })) })
      await page.locator('.alarm-list > li').last().getByText(`${100 + round}\u00a0°C`).waitFor()
    }
    t.diagnostic(`a section of 200 alarms, all changed, is parsed and drawn in ${((await busyS() - before) / REDRAWS * 1_000).toFixed(0)} ms of CPU`)
    assert.equal(await page.locator('.alarm-peak', { hasText: `${100 + REDRAWS}` }).count(), 200)
    // Of a machine the first one, until more are asked for.
    server.send('alarms', { ...flood, alarms: flood.alarms.map((each, index) => (
      index < 3 ? { ...each, machine_id: 'machine-0', group_id: flood.alarms[0]?.episode_id ?? '' } : each)) })
    await seen(page, '.alarm-list', 'machine-0: 3 alarms within a minute')
    assert.equal(await page.locator('.alarm-group').first().locator('.alarm-peak').count(), 1)
    await page.getByRole('button', { name: 'Show all 3 alarms' }).click()
    assert.equal(await page.locator('.alarm-group').first().locator('.alarm-peak').count(), 3)
    await shoot(page, 'alarms-flood')
  })
})
