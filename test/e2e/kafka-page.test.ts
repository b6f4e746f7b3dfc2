import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { joinGroup } from '../../src/kafka/membership.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import type { KafkaProducer } from '../../src/kafka/producer.ts'
import { readConfig } from '../../src/monitoring/config.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import type { Monitoring } from '../../src/monitoring/service.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { createLog } from '../../src/runtime/log.ts'
import { testPlant } from '../harness/plant.ts'
import type { TestPlant } from '../harness/plant.ts'
import { launchBrowser } from './browser.ts'

// The Kafka page in a real Chromium, on a real cluster and the real service.

const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
const checkPage = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8')
const READINGS = 120

const cleanUps: (() => void | Promise<void>)[] = []
let plant: TestPlant
let service: Monitoring
let producer: KafkaProducer
let browser: Browser
/** What the browser complained about while a test ran. */
let complaints: string[]
let pages: Page[]

const reading = (index: number): string => JSON.stringify({ sensor_id: `sensor-${index % 3}`, value: index, location: { zone: 'zone-a' } })
const send = (partition: number, ...values: string[]): Promise<void> =>
  producer.send(values.map((value) => ({ topic: plant.topics.sensor, partition, key: Buffer.from('the-key'), value: Buffer.from(value) })))

async function open(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: DESKTOP, timezoneId: 'Europe/Berlin', ...options })
  const page = await context.newPage()
  pages.push(page)
  page.on('console', (message) => {
    // An answer that isn't 200 is logged by the browser itself.
    if (['error', 'warning'].includes(message.type()) && !message.location().url.includes('/api/kafka/')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => { if (!request.url().startsWith(service.url)) complaints.push(`request to ${request.url()}`) })
  await page.goto(`${service.url}/kafka${hash}`)
  return page
}

async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: 15_000 })
}

const hashOf = (page: Page): string => new URL(page.url()).hash
const rows = (page: Page): Promise<string[]> => page.locator('.message summary').allInnerTexts()

async function assertSound(page: Page): Promise<void> {
  assert.deepEqual(await page.evaluate(`(${checkPage})()`), [])
  const unnamed = await page.evaluate(`[...document.querySelectorAll('input, select')].filter(({ labels }) => labels.length === 0 || labels[0].textContent.trim() === '').length`)
  assert.equal(unnamed, 0, 'each control has a label')
}

// Around both, so that its hooks end before the servers do.
describe('Kafka in a browser', () => {
  before(async () => {
    plant = await testPlant({ after: (cleanUp) => { cleanUps.push(cleanUp) } })
    producer = createKafkaProducer({ brokers: plant.brokers, clientId: 'test' })
    await send(0, ...Array.from({ length: READINGS }, (_, index) => reading(index)))
    await send(1, '{"large":"', 'x'.repeat(100_000))
    const headers = { reason: 'not_json', detail: 'Unexpected token', topic: plant.topics.sensor, partition: '1', offset: '0' }
    await producer.send([{
      topic: plant.topics.deadLetter, partition: 0, value: Buffer.from([0xff, 1, 2]),
      headers: Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
    }])
    const pool = createPool(plant.databaseUrl, { applicationName: 'test', max: 1 })
    await pool.query('insert into partition_log (topic, topic_id, partition, first_offset, next_offset, dead_lettered) values ($1, gen_random_uuid(), 1, 0, 1, 1)', [plant.topics.sensor])
    await pool.query(`insert into dead_letter (log_key, kafka_offset, reason, detail, detected_by) select log_key, 0, 'not_json', 'Unexpected token', 'c' from partition_log`)
    await pool.end()
    service = await startMonitoring({ ...readConfig({ ...plant.env }), port: 0 }, createLog('monitoring', 'silent'))
    const member = await joinGroup({ brokers: plant.brokers, clientId: 'member-1' }, {
      group: plant.group, topic: plant.topics.sensor, sessionTimeoutMs: 6_000,
      onRebalance: () => {}, onAssigned: () => {}, onRetry: () => {}, onFailed: (error) => assert.fail(error as Error),
    })
    cleanUps.push(() => member.leave())
    await member.hintOffsets([{ partition: 0, nextOffset: 100 }])
    browser = await launchBrowser()
  })
  after(async () => {
    await browser.close()
    await service.close()
    await producer.close()
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  beforeEach(() => {
    complaints = []
    pages = []
  })
  afterEach(async () => {
    await Promise.all(pages.map((page) => page.context().close()))
    assert.deepEqual(complaints, [])
  })

  describe('the Kafka page', () => {
    for (const [name, options] of [
      ['a desk', { viewport: DESKTOP }], ['a phone', { viewport: PHONE }], ['a phone at night', { viewport: PHONE, colorScheme: 'dark' }],
    ] as const satisfies readonly (readonly [string, BrowserContextOptions])[]) {
      it(`tells of brokers, topics, groups, dead letters and messages on ${name}`, async () => {
        const page = await open(`#topic=${plant.topics.sensor}&search=sensor-1`, options)
        await shows(page, '.headline', /^3 of 3 brokers, all \d+ partitions in sync$/)
        for (const id of [1, 2, 3]) await shows(page, '#brokers', `Broker ${id}`)
        await shows(page, '#brokers', /node \d leads in epoch \d+; all 3 voters are caught up/)
        await shows(page, '.group', plant.group)
        await shows(page, '.group tr', /0\s*member-1\s*127\.0\.0\.1\s*100 of 120\s*20$/)
        await shows(page, '#topics', plant.topics.deadLetter)
        await shows(page, '#dead-letters', /Not json\s*Unexpected token\s*1/)
        await shows(page, '#messages', /40 messages of \d+ searched/)
        await page.locator('.topic', { hasText: plant.topics.sensor }).getByRole('button', { name: /^Partitions/ }).first().click()
        await shows(page, '.opened', /Leader/)
        await page.locator('#topics button', { hasText: "of Kafka's own" }).click()
        await page.locator('.message summary').first().click()
        await shows(page, '.message-parts pre', /^\{\n {2}"sensor_id": "sensor-1",\n/)
        assert.equal(await page.locator('.message-parts mark').first().innerText(), 'sensor-1')
        await assertSound(page)
        assert.match(await page.title(), /^Kafka · Factory Monitoring$/)
      })
    }

    it('and the page of the plant lead to each other', async () => {
      const page = await open()
      assert.equal(await page.locator('.pages [aria-current=page]').innerText(), 'Kafka')
      await page.getByRole('link', { name: 'Plant', exact: true }).first().click()
      await page.waitForURL(`${service.url}/`)
      await page.locator('.pages').getByRole('link', { name: 'Kafka' }).click()
      await page.waitForURL(`${service.url}/kafka`)
      await shows(page, '.headline', '3 of 3 brokers')
    })

    it('says when the service does not answer, keeps what it showed, and recovers', async () => {
      const page = await open()
      await shows(page, '.headline', '3 of 3 brokers')
      await page.route('**/api/kafka/**', (route) => route.abort())
      await shows(page, '.banner', /The monitoring service does not answer\. The figures below are those of/)
      await shows(page, '.headline', '3 of 3 brokers')
      assert.equal(await page.locator('main.stale').count(), 1)
      assert.match(await page.title(), /no answer/)
      await page.unroute('**/api/kafka/**')
      await page.locator('.banner').waitFor({ state: 'detached', timeout: 15_000 })
      assert.equal(await page.locator('main.stale').count(), 0)
    })
  })

  describe('the message browser', () => {
    it('is led by the address, and writes it: an offset of a partition, and back', async () => {
      const page = await open(`#topic=${plant.topics.sensor}&partition=0&offset=40`)
      await shows(page, '.message-place', '0:40')
      const texts = await rows(page)
      assert.equal(texts.length, 50)
      assert.match(texts[0] ?? '', /0:40/)
      await page.getByRole('button', { name: 'Load older' }).click()
      await shows(page, '.message-place', '0:39')
      assert.match((await rows(page))[0] ?? '', /0:0\b/)
      await page.getByRole('button', { name: 'Load newer' }).click()
      await shows(page, '.message-place', '0:119')
      assert.equal((await rows(page)).length, READINGS)

      await page.getByLabel('From', { exact: true }).selectOption('Newest')
      await page.getByLabel('Search', { exact: true }).fill('"value":7')
      await page.getByLabel('Search', { exact: true }).press('Enter')
      await shows(page, '#messages', /11 messages of 120 searched/)
      assert.equal(hashOf(page), `#topic=${plant.topics.sensor}&partition=0&search=%22value%22%3A7`)
      assert.equal(await page.evaluate('document.activeElement.name'), 'search', 'the focus stays')
      await page.goBack()
      await shows(page, '.message-place', '0:40')
      assert.equal(await page.getByLabel('Offset', { exact: true }).inputValue(), '40')
    })

    it('can be used by the keyboard alone', async () => {
      const page = await open()
      await shows(page, '#topics', plant.topics.sensor)
      await page.getByLabel('Topic', { exact: true }).focus()
      await page.keyboard.type(plant.topics.sensor)
      for (const name of ['partition', 'from', 'search']) {
        await page.keyboard.press('Tab')
        assert.equal(await page.evaluate('document.activeElement.name'), name)
      }
      await page.keyboard.press('Enter')
      await page.locator('.message').first().waitFor()
      await page.locator('.message summary').first().focus()
      await page.keyboard.press('Enter')
      await page.locator('.message[open] .message-parts').waitFor()
    })

    it('follows the topic live; a pause holds what comes, and gives it at its end', async () => {
      const page = await open(`#topic=${plant.topics.sensor}&partition=2`)
      await shows(page, '#messages', 'No messages here.')
      await page.getByRole('button', { name: 'Live', exact: true }).click()
      await shows(page, '#messages', 'Waiting for the first message.')
      await send(2, 'first')
      await shows(page, '.message-value', 'first')
      assert.match(hashOf(page), /live=1/)
      await page.getByRole('button', { name: 'Pause' }).click()
      await send(2, 'second', 'third')
      await shows(page, '.live-line', 'Paused; 2 new messages waiting.')
      assert.equal((await rows(page)).length, 1)
      await page.getByRole('button', { name: 'Go on' }).click()
      await shows(page, '.message-value', 'third')
      assert.deepEqual((await rows(page)).map((text) => text.split('\n').at(-1)), ['third', 'second', 'first'])
      await assertSound(page)
      await page.getByRole('button', { name: 'Stop live' }).click()
      await send(2, 'fourth')
      await page.getByRole('button', { name: 'Load newer' }).click()
      await shows(page, '.message-value', 'fourth')
    })

    it('shows a dead letter with its reason, and where it was refused', async () => {
      const page = await open('', { viewport: PHONE })
      await page.locator('#dead-letters').getByRole('button', { name: /Messages refused as not_json/ }).click()
      await shows(page, '.message-value', 'not_json: Unexpected token')
      assert.equal(hashOf(page), `#topic=${plant.topics.deadLetter}&search=not_json`)
      await page.locator('.message summary').first().click()
      await shows(page, '.message-parts', /not text; shown as base64, 3\sB/)
      await assertSound(page)
      await page.getByRole('button', { name: 'Show it there' }).click()
      await shows(page, '.message-place', '1:0')
      assert.equal(hashOf(page), `#topic=${plant.topics.sensor}&partition=1&offset=0`)
    })

    it('loads the whole of what was cut', async () => {
      const page = await open(`#topic=${plant.topics.sensor}&partition=1`)
      await page.locator('.message summary', { hasText: 'xxx' }).click()
      await shows(page, '.message-parts', /100\skB, only the beginning was loaded/)
      await page.getByRole('button', { name: 'Load all of it' }).click()
      await page.getByRole('button', { name: 'Show all 100,000 characters' }).click()
      assert.equal((await page.locator('.message-parts pre').last().innerText()).length, 100_000)
      assert.equal(await page.getByRole('button', { name: 'Load all of it' }).count(), 0)
    })

    it('says what is wrong with a place', async () => {
      const page = await open('#topic=no-such-topic')
      await shows(page, '#messages [role=alert]', 'There is no topic "no-such-topic".')
      await page.goto(`${service.url}/kafka#topic=${plant.topics.sensor}&partition=7`)
      await shows(page, '#messages [role=alert]', `has no partition 7; it has 0, 1, 2.`)
      await page.goto(`${service.url}/kafka#topic=${plant.topics.sensor}&search=nowhere-to-be-found`)
      await shows(page, '#messages', /No match in the \d+ messages that were searched\./)
      await page.goto(`${service.url}/kafka`)
      await shows(page, '#messages', 'Choose a topic.')
    })
  })
})
