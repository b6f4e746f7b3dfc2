import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { addAccount, PASSWORD, startAccess } from '../integration/access-client.ts'
import { alarmPlant } from '../integration/alarm-plant.ts'
import type { AlarmPlant } from '../integration/alarm-plant.ts'
import { fileOwner } from '../harness/file-owner.ts'
import type { Owner } from '../harness/plant.ts'
import { launchBrowser } from './browser.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'

// What operators do to alarms, in a real Chromium, on the real service; Kafka isn't there.

const owner = fileOwner()
let plant: AlarmPlant
let url: string
let browser: Browser

before(async () => {
  plant = await alarmPlant(owner)
  await addAccount(plant.pool, 'olga', 'operator')
  await addAccount(plant.pool, 'otto', 'operator')
  const now = Date.now()
  const at = (agoS: number, sensorId: string, more = {}) => {
    const timeMs = now - agoS * 1_000
    return plant.change('raised', 0, { sensorId, timeMs, raisedMs: timeMs, peakMs: timeMs, ...more })
  }
  await plant.apply(at(300, 'T-1'), at(290, 'T-2', { priority: 'medium', severity: 'medium' }), at(100, 'T-3', { priority: 'low', severity: 'low' }))
  url = (await startAccess(owner, plant.databaseUrl, { anonymousRead: true })).url
  browser = await launchBrowser()
  owner.after(() => browser.close())
})

async function open(t: Owner, name: string | null): Promise<Page> {
  const page = await openPage(t, browser)
  await page.goto(url)
  await seen(page, '.connection', 'Live')
  if (name === null) return page
  await page.getByRole('button', { name: 'Log in to acknowledge' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.locator('.login').getByRole('button', { name: 'Log in', exact: true }).click()
  await seen(page, '.who', name)
  return page
}

const row = (page: Page, sensor: string) => page.locator('.alarm', { hasText: sensor })
const eventsOf = async (sensor: string) => (await plant.rows(
  `select e.transition, e.actor from alarm_event e join alarm a using (episode_id) where a.sensor_id = $1 order by e.event_id`, [sensor]))
  .map(({ transition, actor }) => `${String(transition)} ${String(actor)}`)

describe('what an operator does to an alarm', () => {
  test('is seen by another one, and opens to who did what', async (t) => {
    const [olga, otto] = [await open(t, 'olga'), await open(t, 'otto')]
    await seen(olga, '.panel-note', '3 unacknowledged')
    await shoot(olga, 'alarms-real', { check: assertWellDrawn })
    const acknowledgedAt = performance.now()
    await row(olga, 'T-3').getByRole('button', { name: 'Acknowledge' }).click()
    await row(otto, 'T-3').getByText('Acknowledged by olga').waitFor()
    const acknowledgedMs = performance.now() - acknowledgedAt
    await seen(otto, '.panel-note', '2 unacknowledged')

    await row(olga, 'T-3').getByRole('button', { name: /^Shelve/ }).click()
    await olga.getByLabel('1 h', { exact: true }).check()
    await olga.getByLabel('Reason').fill('being cleaned')
    const shelvedAt = performance.now()
    await olga.keyboard.press('Enter')
    await row(otto, 'T-3').first().getByText(/Shelved by olga until/).waitFor({ state: 'attached' })
    t.diagnostic(`on the second page ${acknowledgedMs.toFixed(0)} ms (acknowledged) and ${(performance.now() - shelvedAt).toFixed(0)} ms (shelved) after the press`)
    await seen(otto, '.hidden-alarms summary', 'Hidden: 1 shelved')
    await otto.locator('.hidden-alarms summary').click()
    await seen(otto, '.hidden-why', 'being cleaned')
    // The row of who did it stays where it is for as long as they are in it.
    assert.match(await olga.locator('.alarm-list').innerText(), /Shelved by olga until/)
    await otto.locator('.hidden-alarms').getByRole('button', { name: /^Unshelve/ }).click()
    await otto.locator('.alarm-list .alarm', { hasText: 'T-3' }).getByText('Unacknowledged').waitFor()

    await row(otto, 'T-3').getByRole('button', { name: /what happened/ }).click()
    await seen(otto, '.alarm-events', /Raised: 41 °C[\s\S]*Acknowledged by olga[\s\S]*Shelved by olga: being cleaned[\s\S]*Unshelved by otto/)
    assert.deepEqual(await eventsOf('T-3'), ['raised null', 'acknowledged olga', 'shelved olga', 'unshelved otto'])
  })

  test('is done once when two press at the same moment, for a whole group', async (t) => {
    const [olga, otto] = [await open(t, 'olga'), await open(t, 'otto')]
    const buttons = [olga, otto].map((page) => page.getByRole('button', { name: 'Acknowledge all 2 of M-1' }))
    await Promise.all(buttons.map((button) => button.waitFor()))
    await Promise.all(buttons.map((button) => button.click()))
    for (const page of [olga, otto]) {
      await page.getByRole('button', { name: 'All acknowledged of M-1' }).waitFor()
      assert.equal(await page.locator('.alarm-problem').count(), 0)
    }
    for (const sensor of ['T-1', 'T-2']) {
      const events = await eventsOf(sensor)
      assert.deepEqual([events.length, events[1]?.split(' ')[0]], [2, 'acknowledged'])
    }
  })

  test('waits for the login when the session has ended meanwhile, and loses nothing', async (t) => {
    const page = await open(t, 'olga')
    await row(page, 'T-1').getByRole('button', { name: /^Shelve/ }).click()
    await page.getByLabel('Reason').fill('new bearing')
    await plant.pool.query('delete from session')
    // The service believes for 10 s what it has read of a session.
    await page.waitForTimeout(10_500)
    const shelve = page.locator('.reason-form').getByRole('button', { name: 'Shelve', exact: true })
    await shelve.click()
    await seen(page, '.reason-form [role=alert]', 'Log in first.')
    await seen(page, '.login h2', 'The session has ended')
    await shoot(page, 'alarms-session-ended', { check: assertWellDrawn })
    assert.equal((await eventsOf('T-1')).length, 2)
    await page.getByLabel('Name').fill('olga')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.locator('.login').getByRole('button', { name: 'Log in', exact: true }).click()
    await page.locator('.login').waitFor({ state: 'detached' })
    await shelve.click()
    await row(page, 'T-1').first().getByText(/Shelved by olga until/).waitFor()
    assert.deepEqual((await eventsOf('T-1')).at(-1), 'shelved olga')
  })

  test('is maintenance of its machine, for a time and with a reason, and ending it', async (t) => {
    const page = await open(t, 'olga')
    await row(page, 'T-3').getByRole('button', { name: /^Shelve/ }).click()
    await page.getByLabel('all alarms of M-2: maintenance').check()
    await page.getByLabel('4 h', { exact: true }).check()
    await page.getByLabel('Reason').fill('new bearing')
    await shoot(page, 'alarms-maintenance-form', { check: assertWellDrawn })
    await page.keyboard.press('Enter')
    await page.locator('.reason-form').waitFor({ state: 'detached' })
    await seen(page, '.hidden-alarms summary', /1 suppressed, 1 machine in maintenance/)
    await page.locator('.hidden-alarms summary').click()
    await seen(page, '.suppressed-machines li', /Machine M-2 is in maintenance since .* until .*, says olga: new bearing/)
    await seen(page, '.hidden-why', 'says olga: new bearing')
    assert.deepEqual(await plant.rows(`select until - suppressed_at = interval '4 h' as hours from machine_suppression`), [{ hours: true }])
    await page.getByRole('button', { name: 'End maintenance of M-2' }).click()
    await page.locator('.suppressed-machines').getByLabel('Reason').fill('done')
    await page.keyboard.press('Enter')
    await page.locator('.suppressed-machines li').waitFor({ state: 'detached' })
    await row(page, 'T-3').getByText('Unacknowledged').waitFor()
    assert.deepEqual((await plant.rows(`select action, actor, detail from audit_log where action like 'machine%' order by audit_id`)), [
      { action: 'machine.suppress', actor: 'olga', detail: '240 min: new bearing (1 alarms)' }, { action: 'machine.unsuppress', actor: 'olga', detail: 'done (1 alarms)' }])
  })

  test('is taking it out of service, and returning it, by keyboard alone', async (t) => {
    const page = await open(t, 'olga')
    await row(page, 'T-3').getByRole('button', { name: /^Shelve/ }).focus()
    await page.keyboard.press('Enter')
    await page.locator('input[id$=-reason]:focus').waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowDown')
    assert.equal(await page.getByLabel(/out of service$/).isChecked(), true)
    await page.keyboard.press('Tab')
    await page.keyboard.type('cable cut')
    await page.keyboard.press('Enter')
    await page.locator('.reason-form').waitFor({ state: 'detached' })
    await seen(page, '.hidden-alarms summary', '1 out of service')
    await page.locator('.hidden-alarms summary').click()
    await seen(page, '.hidden-why', 'Taken out of service by olga: cable cut')
    await page.locator('.hidden-alarms').getByRole('button', { name: /^Return to service/ }).click()
    await page.locator('input[id$=-reason]:focus').waitFor()
    await page.keyboard.type('new cable')
    await shoot(page, 'alarms-return', { check: assertWellDrawn })
    await page.keyboard.press('Enter')
    await row(page, 'T-3').getByText('Unacknowledged').waitFor()
    assert.deepEqual((await eventsOf('T-3')).slice(-2), ['taken_out_of_service olga', 'returned_to_service olga'])
  })

  test('is setting limits and delays, with a reason, and going back', async (t) => {
    const page = await open(t, 'olga')
    await page.goto(`${url}/alarms#tab=settings`)
    await seen(page, '#set', 'Nothing: all is as it comes.')
    await page.getByLabel('Limit, °C').fill('42')
    await page.getByLabel('On-delay, s').fill('3')
    await page.getByRole('button', { name: 'What if' }).click()
    await seen(page, '.what-if', /From 0 readings of 4 sensors; nothing was changed/)
    await page.getByLabel('Reason').fill('the hall is warm')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await seen(page, '.setting-said', 'Set: limit 42 °C, on-delay 3 seconds.')
    await seen(page, '#set li', /all temperature sensors: limit 42 °C, on-delay 3 seconds\s*Set by olga, .*: the hall is warm/)
    await seen(page, '.holds', 'limit 42 °C')
    await page.getByLabel('Limit, °C').fill('12')
    await page.getByLabel('Reason').fill('too far')
    await page.getByLabel('Of', { exact: true }).selectOption('one sensor')
    await page.getByLabel('Sensor', { exact: true }).fill('nobody')
    await page.getByLabel('Reason').fill('wrong name')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await seen(page, '.setting-form [role=alert]', 'There is no sensor "nobody".')
    await page.getByRole('button', { name: /^Undo/ }).click()
    await page.locator('.set-setting input').fill('it was cold')
    await page.keyboard.press('Enter')
    await seen(page, '#set li', /all temperature sensors: nothing\s*Undone by olga, .*: it was cold/)
    assert.deepEqual(await plant.rows(`select action from audit_log where action like 'alarm_setting%' order by 1`),
      [{ action: 'alarm_setting.change' }, { action: 'alarm_setting.undo' }])
  })

  test('can be done in the history too, which finds alarms as the service does', async (t) => {
    const page = await open(t, 'olga')
    await page.goto(`${url}/alarms#tab=history&open=true&sort=priority`)
    await seen(page, '#alarm-history .panel-note', /^3 alarms$/)
    assert.deepEqual(await page.locator('.alarm-where > .name').allInnerTexts(), ['T-1', 'T-2', 'T-3'])
    await page.getByLabel('Machine').fill('M-2')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await seen(page, '#alarm-history .panel-note', /^1 alarm$/)
    await row(page, 'T-3').getByRole('button', { name: 'Acknowledge' }).click()
    await row(page, 'T-3').getByText('Acknowledged by olga').waitFor()
    // Also when the answer is forgotten for what the stream says, where there is one.
    await page.waitForTimeout(3_500)
    await seen(page, '.alarm-state', 'Acknowledged by olga')
    assert.equal((await eventsOf('T-3')).at(-1), 'acknowledged olga')
    await page.goto(`${url}/alarms#tab=scorecard`)
    await seen(page, '#scorecard .panel-note', /^\d+ alarms in 1 day/)
    await shoot(page, 'alarms-real-scorecard', { check: assertWellDrawn, fullPage: true })
  })
})
