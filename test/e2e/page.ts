import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Owner } from '../harness/plant.ts'

export const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Where pictures are put; none are made without it. */
const SHOTS = process.env['SCREENSHOT_DIR']
const CHECK = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8')

/** An empty page that fails its owner when a script of it fails. */
export async function openPage(owner: Owner, browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: DESKTOP })).newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  owner.after(async () => {
    await page.context().close()
    assert.deepEqual(complaints, [])
  })
  return page
}

/** Resolves when the first such element with this text is there. */
export async function seen(page: Page, selector: string, text: string | RegExp, withinMs = 15_000): Promise<void> {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: withinMs })
}

/** The rules of `in-page.js`. */
export async function assertWellDrawn(page: Page, where?: string): Promise<void> {
  assert.deepEqual(await page.evaluate(`(${CHECK})()`), [], where)
}

async function assertFits(page: Page, where: string): Promise<void> {
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${where}: wider than that`)
}

export interface ShotOptions {
  /** Asked in both widths. */
  readonly check?: (page: Page, where: string) => Promise<void>
  readonly fullPage?: boolean
}

/** Looks at the page in the width of a desktop and of a phone. */
export async function shoot(page: Page, name: string, { check = assertFits, fullPage = false }: ShotOptions = {}): Promise<void> {
  for (const [size, viewport] of [['1440', DESKTOP], ['390', PHONE]] as const) {
    await page.setViewportSize(viewport)
    await check(page, `${name} at ${size} px`)
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}-${size}.png`, fullPage })
  }
  await page.setViewportSize(DESKTOP)
}
