import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { startAccess } from '../integration/access-client.ts'
import { startIssuer } from '../integration/oidc-issuer.ts'
import type { Issuer } from '../integration/oidc-issuer.ts'
import { launchBrowser } from './browser.ts'
import { assertWellDrawn, openPage, seen, shoot } from './page.ts'

// The login by a provider in a real Chromium. The provider is another site (localhost) than the page (127.0.0.1), so that what browsers
// keep back on the way from one site to the other is kept back here.

let browser: Browser

async function start(owner: Owner, anonymousRead = false): Promise<{ page: Page, issuer: Issuer, url: string }> {
  const { databaseUrl } = await testDatabase(owner)
  const issuer = await startIssuer(owner)
  issuer.people.set('anna', { preferred_username: 'anna', groups: ['shift'] })
  issuer.people.set('eve', { preferred_username: 'eve', groups: [] })
  const { url } = await startAccess(owner, databaseUrl, { port: issuer.port, oidc: issuer.config, anonymousRead })
  const page = await openPage(owner, browser)
  // The provider's form wants a font from elsewhere.
  await page.route((to) => !/^(localhost|127\.0\.0\.1)$/.test(to.hostname), (route) => route.abort())
  return { page, issuer, url }
}

async function logInAtProvider(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

describe('the login by a provider', () => {
  before(async () => { browser = await launchBrowser() })
  after(async () => browser.close())

  test('leads there and back to the same place, logged in', async (t) => {
    const { page, url } = await start(t)
    await page.goto(`${url}/kafka#topic=alerts&live=1`)
    await page.getByRole('link', { name: 'Company login' }).waitFor()
    await assertWellDrawn(page)
    await shoot(page, 'sso')
    await page.getByRole('link', { name: 'Company login' }).click()
    await logInAtProvider(page, 'anna')
    await seen(page, '.who', /anna\s*operator/)
    assert.equal(page.url(), `${url}/kafka#topic=alerts&live=1`)
    assert.equal(await page.locator('.login').count(), 0)
    await page.goto(url)
    await seen(page, '.connection', 'Live')
    const cookies = await page.context().cookies(url)
    assert.deepEqual(cookies.map(({ name, sameSite, httpOnly }) => [name, sameSite, httpOnly]), [['factory_session', 'Strict', true]])
    // The logout is ours alone: the provider lets the same person in again without a question.
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('link', { name: 'Company login' }).click()
    await seen(page, '.who', 'anna')
  })

  test('says why it did not work, once', async (t) => {
    const { page, issuer, url } = await start(t)
    await page.goto(url)
    await page.getByRole('link', { name: 'Company login' }).click()
    await logInAtProvider(page, 'eve')
    await seen(page, '.login-problem', 'none of your groups has a role here')
    assert.equal(page.url(), `${url}/`)
    await assertWellDrawn(page)
    await shoot(page, 'sso-refused')
    await page.reload()
    await seen(page, '.login h2', 'Log in')
    assert.equal(await page.locator('.login-problem').count(), 0)
    await issuer.stop()
    await page.getByRole('link', { name: 'Company login' }).click()
    await seen(page, '.login-problem', 'does not answer')
    await shoot(page, 'sso-away')
  })

  test('is offered where everybody may read', async (t) => {
    const { page, url } = await start(t, true)
    await page.goto(url)
    await seen(page, '.connection', 'Live')
    await page.locator('.who .action').click()
    await shoot(page, 'sso-wanted')
    await page.getByRole('link', { name: 'Company login' }).click()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await seen(page, '.login-problem', 'was cancelled')
    await shoot(page, 'sso-cancelled')
    await page.getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await page.locator('.login').count(), 0)
    assert.equal(await page.locator('main').count(), 1)
  })
})
