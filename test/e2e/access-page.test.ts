import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Pool } from '../../src/postgres/pool.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from '../integration/access-client.ts'
import { openPool } from '../integration/monitoring-client.ts'
import { launchBrowser } from './browser.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'

// The login in a real Chromium, on the real service; Kafka isn't there.

let browser: Browser

async function start(owner: Owner, anonymousRead = false): Promise<{ page: Page, db: Pool, url: string }> {
  const { databaseUrl } = await testDatabase(owner)
  const db = openPool(owner, databaseUrl)
  await addAccount(db, 'anna', 'operator')
  const { url } = await startAccess(owner, databaseUrl, { anonymousRead })
  const page = await openPage(owner, browser)
  return { page, db, url }
}

async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Name').fill('anna')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

describe('the login', () => {
  before(async () => { browser = await launchBrowser() })
  after(async () => browser.close())

  test('is asked for where reading needs it, on both pages; the figures come with it, and go with the logout', async (t) => {
    const { page, url } = await start(t)
    await page.goto(url)
    await seen(page, '.login h2', 'Log in')
    await seen(page, '.connection', 'Not logged in')
    assert.equal(await page.locator('main').count(), 0)
    await shoot(page, 'login')
    await logIn(page, 'wrong password')
    await seen(page, '.login-problem', 'The name or the password is wrong.')
    assert.equal(await page.getByLabel('Password').inputValue(), '')
    await shoot(page, 'login-wrong')
    await logIn(page, PASSWORD)
    await seen(page, '.who', /anna\s*operator/)
    await seen(page, '.connection', 'Live')
    await assertWellDrawn(page)
    await shoot(page, 'logged-in')
    await page.goto(`${url}/kafka`)
    await seen(page, '.who', 'anna')
    assert.equal(await page.locator('.login').count(), 0)
    await shoot(page, 'logged-in-kafka')
    await page.getByRole('button', { name: 'Log out' }).click()
    await seen(page, '.login h2', 'Log in')
    assert.equal(await page.locator('main').count(), 0)
    await shoot(page, 'login-kafka')
  })

  test('is offered when the session has ended, and the page stays', async (t) => {
    const { page, db, url } = await start(t)
    await page.goto(url)
    await logIn(page, PASSWORD)
    await seen(page, '.connection', 'Live')
    await db.query('delete from session')
    await page.locator('.login h2', { hasText: 'The session has ended' }).waitFor({ timeout: 30_000 })
    assert.equal(await page.locator('main.stale').count(), 1)
    await assertWellDrawn(page)
    await shoot(page, 'ended')
    await logIn(page, PASSWORD)
    await seen(page, '.connection', 'Live')
    assert.equal(await page.locator('.login').count(), 0)
  })

  test('is a button where everybody may read', async (t) => {
    const { page, url } = await start(t, true)
    await page.goto(url)
    await seen(page, '.connection', 'Live')
    await page.locator('.who .action').click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.who .action').click()
    await shoot(page, 'login-wanted')
    await logIn(page, PASSWORD)
    await seen(page, '.who', 'anna')
    assert.equal(await page.locator('main').count(), 1)
  })
})
