import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Owner } from '../harness/plant.ts'
import { launchBrowser } from './browser.ts'
import { alarm, alarmDetail, alarmSettings, calendar, manyStates, scorecard, suppressedMachines } from './fixture-alarms.ts'
import { plant } from './fixture-data.ts'
import { OPERATOR, READER, startFixtureServer } from './fixture-server.ts'
import type { FixtureServer } from './fixture-server.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'

// The page of alarms in a real Chromium, against answers that the test writes.

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

async function open(t: Owner, hash: string, session: object = OPERATOR): Promise<Page> {
  server.answer('GET /api/session', session)
  server.sendAll(plant({ now: Date.now(), alarms: manyStates(Date.now()) }))
  server.answer('GET /api/alarm-scorecard', scorecard(Date.now()))
  server.answer('GET /api/alarm-settings', alarmSettings(Date.now()))
  const page = await openPage(t, browser)
  await page.goto(`${server.url}alarms${hash}`)
  await seen(page, '.connection', 'Live')
  return page
}

describe('the page of alarms', () => {
  test('begins with the open ones, and has a link to each part', async (t) => {
    const page = await open(t, '')
    await seen(page, '.pages [aria-current]', 'Alarms')
    await seen(page, '#alarms .panel-note', '4 unacknowledged')
    assert.match(await page.title(), /^1 high alarm waits to be acknowledged · Factory/)
    await shoot(page, 'page-open', { check: assertWellDrawn })
    await page.getByRole('link', { name: 'Scorecard' }).click()
    await seen(page, '.tabs [aria-current]', 'Scorecard')
    assert.equal(await page.locator('#alarms').count(), 0)
    await page.goBack()
    await seen(page, '.tabs [aria-current]', 'Open')
  })

  test('scores the alarms against the targets, and leads from what raises most to trying its delay', async (t) => {
    const page = await open(t, '#tab=scorecard')
    await seen(page, '#scorecard .panel-note', '412 alarms in 1 day')
    const lines = await page.locator('.score tbody tr').allInnerTexts()
    assert.match(lines[0] ?? '', /Alarms a day, for one operator\s+412\s+at most 150\s+missed/)
    assert.match(lines.find((line) => line.startsWith('Of medium')) ?? '', /14\.6 %\s+about 15 %\s+met/)
    assert.match(await page.locator('.actors li').first().innerText(), /188\s+45\.6 %[\s\S]*Rapid change[\s\S]*Off-delay of 30 seconds: 12 alarms instead of 188/)
    assert.match(await page.locator('.actors li').nth(1).innerText(), /97[\s\S]*Critical limit[\s\S]*Deadband of 0\.75 %: 4 alarms instead of 80/)
    assert.match(await page.locator('.actors li').nth(2).innerText(), /No delay would have helped\./)
    const deadband = page.getByRole('link', { name: 'Try it at hum-sensor-007' })
    assert.match(await deadband.getAttribute('href') ?? '', /#tab=settings&sensor=hum-sensor-007&rule=critical_threshold_violation&deadband=0\.75$/)
    await shoot(page, 'page-scorecard', { check: assertWellDrawn, fullPage: true })
    const asked = page.waitForRequest(/alarm-scorecard\?.*operators=3/)
    await page.getByLabel('Operators who share them').fill('3')
    // The page is drawn again each second.
    await page.waitForTimeout(1_500)
    await page.getByLabel('Operators who share them').press('Tab')
    await asked
    await page.getByRole('link', { name: 'Try it at vib-sensor-002' }).click()
    assert.match(page.url(), /#tab=settings&sensor=vib-sensor-002&rule=rapid_value_change&off_delay_ms=30000$/)
  })

  test('scores each shift and each day of the plant', async (t) => {
    const page = await open(t, '#tab=scorecard')
    await seen(page, '#shifts .panel-note', 'by the clocks of Europe/Berlin')
    assert.match(await page.locator('#shifts').innerText(), /early: 201 alarms in 8\.0 h\s*4\.19 in 10 minutes for one operator[\s\S]*outside of shifts: 31 alarms/)
    assert.match(await page.locator('#days li').first().innerText(), /^\w{3} \d+ \w{3}\s+262$/)
  })

  test('tells the shift, what is in maintenance now and why, and what comes; and puts a machine into maintenance', async (t) => {
    const now = Date.now()
    server.answer('GET /api/calendar', calendar(now))
    const page = await open(t, '#tab=calendar')
    server.send('alarms', { ...manyStates(now), suppressed_machines: suppressedMachines(now) })
    await seen(page, '#calendar .panel-note', 'by the clocks of Europe/Berlin')
    assert.match(await page.locator('.calendar').innerText(), /At the plant it is\s+\w{3} \d+ \w{3}, \d\d:\d\d\s+Shift\s+late until [\s\S]*Next shift\s+night from [\s\S]*Fri 25 Dec/)
    await seen(page, '.suppressed-machines li', /furnace-09 is in maintenance since .* until .*, by the calendar: weekly clean[\s\S]*says olga: new lining/)
    await seen(page, '.suppressed-machines li', /mill-02 is suppressed since .*, by the suppression group no power: critical threshold violation/)
    assert.match(await page.locator('#planned').innerText(), /weekly clean, now\s*furnace-11, furnace-12[\s\S]*overhaul of the presses\s*press-\*/)
    assert.match(await page.locator('#groups').innerText(), /no power: while “Critical limit reached” of generator-001 is active[\s\S]*cooling: while any alarm of flow-1 at pump-\*/)
    await page.getByRole('button', { name: 'Put a machine into maintenance' }).click()
    await shoot(page, 'page-calendar', { check: assertWellDrawn, fullPage: true })
    const asked = page.waitForRequest('**/api/machines/press%2F1/suppress')
    await page.route('**/api/machines/**', (route) => route.fulfill({ json: { machine_id: 'press/1', suppressed: true, changed_alarms: 0 } }))
    await page.locator('#maintenance-machine:focus').waitFor()
    await page.keyboard.type('press/1')
    await page.getByLabel('until it is ended').check()
    await page.getByLabel('Reason').fill('new mould')
    await page.keyboard.press('Enter')
    assert.deepEqual((await asked).postDataJSON(), { reason: 'new mould' })
    await page.getByLabel('Reason').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Show its alarms of mill-02' }).click()
    await page.getByRole('link', { name: 'Open', exact: true }).click()
    await seen(page, '.hidden-alarms summary', 'Hidden: 1 shelved, 1 suppressed, 1 out of service, 1 machine in maintenance, 1 machine by a suppression group')
    await page.locator('.hidden-alarms summary').click()
    await seen(page, '.hidden-why', 'by the calendar: weekly clean; says olga: new lining')
    await shoot(page, 'page-hidden', { check: assertWellDrawn, fullPage: true })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('link', { name: 'Calendar' }).click()
    await seen(page, '#planned', 'weekly clean')
    await shoot(page, 'page-calendar-dark', { check: assertWellDrawn, fullPage: true })
  })

  test('shows the calendar to whoever may not act', async (t) => {
    server.answer('GET /api/calendar', { ...calendar(Date.now()), shift: null, next_shift: null, holidays: [], maintenance: [], suppression_groups: [] })
    const page = await open(t, '#tab=calendar', { ...READER, accounts: true })
    await seen(page, '.calendar', /none, the plant rests[\s\S]*none within 7 days/)
    await seen(page, '#maintenance', 'Log in to put a machine into maintenance')
    assert.equal(await page.getByRole('button', { name: /^(End|Put)/ }).count(), 0)
  })

  test('shows what holds and what was set, and tries a proposed delay before it is set, without losing what is set', async (t) => {
    const page = await open(t, '#tab=settings&sensor=vib-sensor-002&rule=rapid_value_change&off_delay_ms=30000')
    await seen(page, '#set li', 'Critical limit reached, all temperature sensors: limit 42 °C, off-delay 90 seconds')
    assert.match(await page.locator('#set li').nth(1).innerText(), /Rapid change, vib-sensor-002: off\s*Undone by otto, .*: loose cable/)
    assert.equal(await page.getByLabel('Off-delay, s').inputValue(), '30')
    assert.equal(await page.getByLabel('Raises alarms').inputValue(), 'false')
    assert.equal(await page.getByLabel('Limit: step of more than').inputValue(), '')
    assert.equal(await page.getByLabel(/^Deadband/).count(), 0)
    const bodies: unknown[] = []
    await page.route('**/api/what-if', (route) => {
      bodies.push(route.request().postDataJSON())
      return route.fulfill({ json: {
        summary: '41 alarms become 3: 37 are one with another, 1 does not come', sensors: 1, readings: 7_200, before: 41, after: 3, joined: 37, gone_count: 1,
        gone: [{ sensor_id: 'vib-sensor-002', rule: 'rapid_value_change', raised_at: new Date().toISOString(), cleared_at: null, peak_value: 4, later_ms: null }],
        added: [], added_count: 0, shifted: [], shifted_count: 0, learning: null,
        rules: [{ rule: 'rapid_value_change', before: 38, after: 0 }, { rule: 'bad_quality', before: 3, after: 3 }],
      } })
    })
    await page.getByRole('button', { name: 'What if' }).click()
    await seen(page, '.what-if', /What if: 41 alarms become 3[\s\S]*From 7,200 readings of 1 sensor; nothing was changed\./)
    await seen(page, '.what-if', /Rapid change: 38 become 0[\s\S]*Readings of bad quality: 3, as now[\s\S]*Would not come: Rapid change, vib-sensor-002 at/)
    assert.deepEqual((bodies[0] as { settings: unknown }).settings, [{ rule: 'rapid_value_change', enabled: false, off_delay_ms: 30_000 }])
    await shoot(page, 'page-settings', { check: assertWellDrawn, fullPage: true })
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await seen(page, '.setting-form [role=alert]', 'Say why: others have to know.')

    await page.getByLabel('Of', { exact: true }).selectOption('temperature')
    await page.getByLabel('Rule').selectOption('critical_threshold_violation')
    assert.equal(await page.locator('.what-if').count(), 0)
    assert.equal(await page.getByLabel('Limit, °C').inputValue(), '42')
    await seen(page, '.holds', 'Holds now: on, limit 42 °C, deadband 0.3 °C, on-delay 0 ms, off-delay 90 seconds, goes by itself.')
    await page.getByRole('button', { name: 'Undo Critical limit reached, all temperature sensors' }).click()
    await shoot(page, 'page-settings-undo', { check: assertWellDrawn, fullPage: true })
  })

  test('has the right limit for each rule, and tries another detector on what was learned', async (t) => {
    const page = await open(t, '#tab=settings&type=temperature&rule=consecutive_high_alerts')
    const limits: string[] = []
    for (const rule of ['consecutive_high_alerts', 'rapid_value_change', 'stale_signal', 'bad_quality', 'learned_anomaly']) {
      await page.getByLabel('Rule').selectOption(rule)
      const limit = page.locator('#setting-limit')
      if (await limit.count() === 0) limits.push(`${rule} has none`)
      else {
        const attributes = await Promise.all(['step', 'min', 'max', 'placeholder'].map((name) => limit.getAttribute(name)))
        limits.push([await page.locator('label[for=setting-limit]').innerText(), ...attributes].join('|'))
      }
    }
    assert.deepEqual(limits, [
      'Limit: readings in a row|1|1|1000|now 3', 'Limit: step of more than, °C|any|0||now 10', 'Limit: intervals without a reading|any|1|1000|now 3',
      'bad_quality has none', 'Limit: score, 0.1 to 0.99|any|0.1|0.99|now 0.7',
    ])
    await seen(page, '.holds', 'Holds now: on, limit 0.7 of 1, on-delay 0 ms, off-delay 5 minutes, goes by itself.')
    const bodies: { settings?: unknown, detector?: unknown }[] = []
    await page.route('**/api/what-if', (route) => {
      bodies.push(route.request().postDataJSON() as object)
      return route.fulfill({ json: {
        summary: '12 alarms become 17: 5 are new; none is lost', sensors: 2, readings: 57_600, before: 12, after: 17, joined: 0, gone: [], gone_count: 0,
        added: [], added_count: 5, shifted: [], shifted_count: 0, rules: [{ rule: 'learned_anomaly', before: 12, after: 17 }],
        learning: { readings: 100_000, shortest_ms: 86_400_000, believed_sensors: 1 },
      } })
    })
    await page.getByLabel('Limit: score, 0.1 to 0.99').fill('0.6')
    await page.getByLabel('With the detector').selectOption('lite')
    await page.getByRole('button', { name: 'What if' }).click()
    await seen(page, '.what-if', /Not as it was learned: 12 become 17/)
    await seen(page, '.what-if', /Learned from 100,000 readings before, over 24 h or more: enough to begin with for 1 of 2 sensors; of the others /)
    assert.deepEqual(bodies.map(({ settings, detector }) => [settings, detector]), [[[{ rule: 'learned_anomaly', limit: 0.6 }], 'lite']])
    await shoot(page, 'page-settings-learned', { check: assertWellDrawn, fullPage: true })
    await page.getByLabel('Limit: score, 0.1 to 0.99').fill('7')
    await page.getByLabel('Reason').fill('test')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    assert.equal(await page.locator('#setting-limit:invalid').count(), 1, 'the browser says what is allowed')
  })

  test('shows settings to whoever may not change them', async (t) => {
    const page = await open(t, '#tab=settings', { ...READER, accounts: true })
    await seen(page, '.setting-form', 'Log in to change them')
    assert.equal(await page.getByRole('button', { name: /^(What if|Set|Undo)/ }).count(), 0)
  })

  test('finds alarms of before, page by page, and opens one', async (t) => {
    const now = Date.now()
    const alarms = Array.from({ length: 60 }, (_, index) => alarm(now, index + 1, index * 600, {
      sensor_id: `sensor-${index}`, state: 'normal', ended_at: new Date(now - index * 500_000).toISOString(), duration_ms: 60_000, acknowledged_by: 'olga',
    }))
    const asked: Record<string, string>[] = []
    const page = await open(t, '')
    await page.route('**/api/alarms?*', (route) => {
      const query = Object.fromEntries(new URL(route.request().url()).searchParams)
      asked.push(query)
      if (query['sensor'] === 'nobody') return route.fulfill({ json: { alarms: [], cursor: null } })
      const second = query['cursor'] === 'next'
      return route.fulfill({ json: { alarms: second ? alarms.slice(49) : alarms.slice(0, 50), cursor: second ? null : 'next' } })
    })
    for (const each of alarms) server.answer(`GET /api/alarms/${each.episode_id}`, alarmDetail(each))
    await page.getByRole('link', { name: 'History' }).click()
    await seen(page, '#alarm-history .panel-note', '50 alarms, there are more')
    await page.getByRole('button', { name: 'Load more' }).click()
    await seen(page, '#alarm-history .panel-note', /^60 alarms$/)
    await seen(page, '.alarm-state', 'Over, acknowledged by olga')
    assert.equal(await page.getByRole('button', { name: /^(Acknowledge|Shelve)/ }).count(), 0, 'what is over')
    await page.locator('.alarm-toggle').first().click()
    await seen(page, '.alarm-events', 'Acknowledged by olga: on my way')
    await shoot(page, 'page-history', { check: assertWellDrawn })
    await page.getByLabel('Which').selectOption('false')
    await page.getByLabel('Sensor').fill('nobody')
    await page.keyboard.press('Enter')
    await seen(page, '#alarm-history', 'No alarm fits.')
    assert.match(page.url(), /#tab=history&open=false&sensor=nobody&sort=raised_at$/)
    assert.deepEqual(asked.at(-1), { open: 'false', sensor: 'nobody', sort: 'raised_at', limit: '50' })
    await page.goBack()
    await seen(page, '#alarm-history .panel-note', '50 alarms, there are more')
    assert.equal(await page.getByLabel('Sensor').inputValue(), '')
  })
})
