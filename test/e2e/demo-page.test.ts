import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { hashOf } from '../../src/monitoring/access/credential-check.ts'
import { replaceDemoToken } from '../../src/postgres/demo-tokens.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { startStage } from '../harness/demo-stage.ts'
import type { Stage } from '../harness/demo-stage.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { startAccess } from '../integration/access-client.ts'
import { openPool } from '../integration/monitoring-client.ts'
import { launchBrowser } from './browser.ts'
import { DESKTOP, assertWellDrawn, openPage, seen, shoot as shootWith } from './page.ts'

// The demonstration in a real Chromium, on the real service; what is killed is only a state here.

let browser: Browser

async function start(owner: Owner): Promise<{ page: Page, db: Pool, url: string, stage: Stage }> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  const stage = await startStage(owner)
  const { url } = await startAccess(owner, databaseUrl, { demoSocket: stage.socket })
  const page = await openPage(owner, browser)
  return { page, db, url, stage }
}

const shoot = (page: Page, name: string): Promise<void> => shootWith(page, name, { check: assertWellDrawn, fullPage: true })

describe('the demonstration', () => {
  before(async () => { browser = await launchBrowser() })
  after(async () => browser.close())

  test('says what it is, takes the token once, and has a button for each service', async (t) => {
    const { page, db, url, stage } = await start(t)
    await replaceDemoToken(db, hashOf('right'))
    await page.goto(url)
    await seen(page, '.demo-banner', 'Services of this system are killed on purpose')
    await seen(page, '#demo .demo-words', 'you need the token that make all DEMO=1 prints')
    await seen(page, '#demo .demo-service', /consumer-1\s*running/)
    assert.equal(await page.locator('#demo .demo-service button').count(), 0)
    await shoot(page, 'demo-visitor')

    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Use token' }).click()
    await seen(page, '#demo .demo-problem', 'This token is not known, or a newer one has replaced it; make all DEMO=1 prints a new one.')
    await shoot(page, 'demo-wrong-token')
    await page.getByLabel('Token').fill('right')
    await page.getByRole('button', { name: 'Use token' }).click()
    await page.getByRole('button', { name: 'Kill consumer-1' }).click()
    await seen(page, '#demo .demo-dead', /consumer-1\s*killed/)
    assert.equal(stage.states.get('consumer-1'), 'killed')
    assert.equal(await page.locator('#demo .demo-token').count(), 0)
    for (const button of await page.locator('#demo button').all()) assert.ok(((await button.boundingBox())?.height ?? 0) >= 44, 'a thumb hits it')
    stage.states.set('kafka2', 'failed')
    stage.states.set('postgres', 'starting')
    await seen(page, '#demo', /kafka2\s*failed/)
    await shoot(page, 'demo-holder')
    await page.getByRole('button', { name: 'Revive consumer-1' }).click()
    await page.getByRole('button', { name: 'Kill consumer-1' }).waitFor()

    stage.broken.add('kafka1')
    await page.getByRole('button', { name: 'Kill kafka1' }).click()
    await seen(page, '#demo .demo-problem', 'Kafka1 can not be reached.')
    // The system was stopped and started again: another token is needed.
    await stage.restart()
    await seen(page, '#demo .demo-words', 'you need the token')
    await page.goto(`${url}/kafka`)
    await seen(page, '.demo-banner', 'Services of this system are killed on purpose')
  })

  test('takes the token of the link, and out of the address', async (t) => {
    const { page, db, url } = await start(t)
    await replaceDemoToken(db, hashOf('of-the-link'))
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${url}/#demo=of-the-link`)
    await page.getByRole('button', { name: 'Kill kafka1' }).waitFor()
    assert.equal(page.url(), `${url}/`)
    assert.ok(asked.every((address) => !address.includes('of-the-link')))
    assert.equal(await page.evaluate('document.cookie'), '', 'scripts can\'t read the right')
    // In another browser it is used up.
    const other = await (await browser.newContext({ viewport: DESKTOP })).newPage()
    t.after(() => other.context().close())
    await other.goto(`${url}/#demo=of-the-link`)
    await seen(other, '#demo .demo-problem', 'This token was used already; make all DEMO=1 prints a new one.')
  })
})
