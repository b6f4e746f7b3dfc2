import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { readConfig } from '../../src/consumer/config.ts'
import { startConsumer } from '../../src/consumer/service.ts'
import type { ConsumerService } from '../../src/consumer/service.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { createLog } from '../../src/runtime/log.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { testPlant } from '../harness/plant.ts'
import type { Owner, TestPlant } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from '../integration/access-client.ts'
import { eventually, reading } from '../integration/consumer-bench.ts'
import { openPool } from '../integration/monitoring-client.ts'
import { launchBrowser } from './browser.ts'
import { assertWellDrawn, openPage, seen as seenWithin, shoot as shootWith } from './page.ts'

// Dead letters are replayed on the Kafka page in a real Chromium, by the real services on a real cluster.

const OLD = '2024-01-01T00:00:00Z'

const owner = fileOwner()
let plant: TestPlant
let db: Pool
let url: string
let browser: Browser
let consumer: ConsumerService

const start = (env: Record<string, string>): Promise<ConsumerService> =>
  startConsumer(readConfig({ ...plant.env, CONSUMER_ID: 'consumer-001', GROUP_SESSION_TIMEOUT_MS: '4000', ...env }), createLog('consumer', 'silent'))
const seen = (page: Page, selector: string, text: string | RegExp): Promise<void> => seenWithin(page, selector, text, 20_000)

async function open(t: Owner, name: string | null, hash = ''): Promise<Page> {
  const page = await openPage(t, browser)
  await page.goto(`${url}/kafka${hash}`)
  if (name !== null) {
    await page.locator('.who .action').click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.locator('.login').getByRole('button', { name: 'Log in' }).click()
    await seen(page, '.who', name)
  }
  return page
}

async function shoot(page: Page, name: string): Promise<void> {
  await assertWellDrawn(page)
  await shootWith(page, name, { fullPage: true })
}

const outcomes = async (): Promise<Record<string, number>> => Object.fromEntries((await db.query<{ outcome: string, count: number }>(
  'select outcome, count(*) as count from dead_letter_replay group by 1')).rows.map(({ outcome, count }) => [outcome, count]))

describe('dead letters on the page', () => {
  before(async () => {
    plant = await testPlant(owner)
    db = openPool(owner, plant.databaseUrl)
    await addAccount(db, 'anna', 'admin')
    await addAccount(db, 'otto', 'operator')
    const producer = createKafkaProducer({ brokers: plant.brokers, clientId: 'test' })
    owner.after(() => producer.close())
    consumer = await start({})
    const values = [...Array.from({ length: 12 }, (_, index) => JSON.stringify(reading(index + 1, { timestamp: OLD }))), 'no reading', '{"half']
    await producer.send(values.map((value) => ({ topic: plant.topics.sensor, partition: 0, value: Buffer.from(value) })))
    await eventually(async () => {
      assert.deepEqual((await db.query(`select sum(published)::int as published from outbox_position where kind = 'dead_letter'`)).rows, [{ published: 14 }])
    })
    // After the fix.
    await consumer.close()
    consumer = await start({ RETENTION_RAW_DAYS: '36500', RETENTION_MINUTE_DAYS: '36500' })
    url = (await startAccess(owner, plant.databaseUrl, { brokers: plant.brokers, sensorTopic: plant.topics.sensor, anonymousRead: true })).url
    browser = await launchBrowser()
  })
  after(async () => {
    await browser.close()
    await consumer.close()
  })

  test('can be seen by everybody who may read; nobody and an operator learn who can replay them', async (t) => {
    const page = await open(t, null)
    await seen(page, '#dead-letters', /14 messages can be replayed by an admin\./)
    await seen(page, '#dead-letters .replay-line .action', 'Log in')
    assert.equal(await page.getByRole('button', { name: /Replay/ }).count(), 0)
    const operator = await open(t, 'otto')
    await seen(operator, '#dead-letters', /14 messages can be replayed by an admin\./)
    assert.equal(await operator.locator('#dead-letters .replay-line .action').count(), 0)
    assert.equal(await operator.getByRole('button', { name: /Replay/ }).count(), 0)
    await shoot(page, 'replay-nobody')
  })

  test('are replayed by reason, after a question that says what happens, and the page tells what became of them', async (t) => {
    const page = await open(t, 'anna')
    const button = page.getByRole('button', { name: 'Replay those refused as older_than_retention' })
    await button.click()
    await seen(page, '.replay-question', 'Replay 12 messages refused as older_than_retention?')
    // The question gets the focus in a frame after the one that draws it.
    await page.locator('.replay-question:focus').waitFor()
    await shoot(page, 'replay-question')
    await page.getByRole('button', { name: 'Cancel' }).click()
    assert.deepEqual(await outcomes(), {})
    await button.click()
    await page.getByRole('button', { name: 'Replay 12 messages refused as older_than_retention' }).click()
    await seen(page, '.replay-question', '12 messages requested; the consumers send them within seconds.')
    await seen(page, '#dead-letters', 'Replayed: 12 stored.')
    await seen(page, '#dead-letters', '2 messages can be replayed.')
    await shoot(page, 'replay-done')
    assert.equal(await button.count(), 0)
    assert.deepEqual(await outcomes(), { stored: 12 })
  })

  test('are replayed one by one where they are shown, and all that are left', async (t) => {
    const page = await open(t, 'anna', `#topic=${plant.topics.deadLetter}&search=half`)
    await page.locator('.message summary').first().click()
    await page.locator('.message-parts').getByRole('button', { name: 'Replay' }).click()
    await shoot(page, 'replay-message')
    await page.getByRole('button', { name: 'Replay this message' }).click()
    await seen(page, '.message-parts', '1 message requested; the consumers send it within seconds.')
    await eventually(async () => { assert.deepEqual(await outcomes(), { stored: 12, refused: 1 }) })
    await page.locator('.message-parts').getByRole('button', { name: 'Close' }).click()
    await page.locator('.message-parts').getByRole('button', { name: 'Replay' }).click()
    await page.getByRole('button', { name: 'Replay this message' }).click()
    await seen(page, '.message-parts', 'Nothing new to replay: it was requested before.')

    await seen(page, '#dead-letters', '12 stored, 1 refused again.')
    await page.getByRole('button', { name: 'Replay all', exact: true }).click()
    await page.route('**/replay', (route) => route.abort())
    await page.getByRole('button', { name: 'Replay all 2 messages' }).click()
    await seen(page, '.replay-question [role=alert]', 'The monitoring service does not answer. Asking again does no harm.')
    await shoot(page, 'replay-failed')
    await page.unroute('**/replay')
    await page.getByRole('button', { name: 'Replay all 2 messages' }).click()
    await seen(page, '#dead-letters .replay-question', '2 messages requested')
    await seen(page, '#dead-letters', 'Replayed: 12 stored, 3 refused again.')
  })
})
