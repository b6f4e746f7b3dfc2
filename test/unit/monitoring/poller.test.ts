import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError, startPoller } from '../../../src/monitoring/poller.ts'
import type { Poller, PollerOptions } from '../../../src/monitoring/poller.ts'
import type { Owner } from '../../harness/plant.ts'

function start(owner: Owner, options: Partial<PollerOptions> & Pick<PollerOptions, 'round'>): Poller {
  const poller = startPoller({ watched: () => false, roundsPerSecond: 5, idleMs: 60_000, retryMs: 20, timeoutMs: 1_000, ...options })
  owner.after(() => poller.close())
  return poller
}

describe('a caller', () => {
  test('gets a round that began after its call, never one in progress', async (t) => {
    let content = 'old'
    const read: string[] = []
    const gate = Promise.withResolvers<void>()
    const poller = start(t, {
      async round() {
        read.push(content)
        if (read.length === 1) await gate.promise
        return null
      },
    })
    const first = poller.fresh()
    await sleep(10)
    content = 'new'
    const second = poller.fresh()
    gate.resolve()
    await first
    await second
    assert.deepEqual(read, ['old', 'new'])
  })

  test('shares its round with all others, and together they get five a second', async (t) => {
    const begun: number[] = []
    const poller = start(t, { round: async () => { begun.push(performance.now()); return null } })
    const until = performance.now() + 2_100
    await Promise.all(Array.from({ length: 40 }, async () => {
      while (performance.now() < until) await poller.fresh()
    }))
    for (let index = 5; index < begun.length; index++) {
      assert.ok((begun[index] as number) - (begun[index - 5] as number) >= 999, `rounds at ${begun.map(Math.round).join(' ')}`)
    }
    assert.ok(begun.length >= 10, `${begun.length} rounds`)
  })

  test('is refused at once while the source is known to be down, and served when it is back', async (t) => {
    let down: string | null = 'it is off'
    const back = Promise.withResolvers<void>()
    const poller = start(t, {
      async round() {
        if (down === null) back.resolve()
        return down
      },
    })
    await assert.rejects(poller.fresh(), new UnavailableError('it is off'))
    const begunMs = performance.now()
    await assert.rejects(poller.fresh(), UnavailableError)
    assert.ok(performance.now() - begunMs < 10)
    down = null
    await back.promise
    await sleep(5)
    await poller.fresh()
  })

  test('that came while a round hung is refused with it, and does not wait for the next', async (t) => {
    const poller = start(t, { round: () => sleep(200, 'it hangs'), retryMs: 10_000 })
    const begunMs = performance.now()
    const first = poller.fresh()
    await sleep(50)
    const second = poller.fresh()
    await assert.rejects(first, UnavailableError)
    await assert.rejects(second, UnavailableError)
    assert.ok(performance.now() - begunMs < 400)
  })

  test('waits no longer than its time', async (t) => {
    const poller = start(t, { round: () => sleep(500, null), timeoutMs: 50 })
    const begunMs = performance.now()
    await assert.rejects(poller.fresh(), /no answer within 50 ms/)
    assert.ok(performance.now() - begunMs < 300)
  })

  test('is refused when the service stops', async (t) => {
    const poller = start(t, { round: () => sleep(50, null) })
    await sleep(10)
    const waiting = poller.fresh()
    const refused = assert.rejects(waiting, /stopping/)
    await poller.close()
    await refused
    await assert.rejects(poller.fresh(), /stopping/)
  })
})

describe('rounds', () => {
  test('follow each other evenly while somebody watches', async (t) => {
    const begun: number[] = []
    start(t, { watched: () => true, round: async () => { begun.push(performance.now()); return null } })
    await sleep(1_050)
    assert.ok(begun.length >= 5 && begun.length <= 6, `${begun.length} rounds`)
    for (let index = 1; index < begun.length; index++) assert.ok((begun[index] as number) - (begun[index - 1] as number) >= 199)
  })

  test('are rare while nobody watches, and come at once when somebody does', async (t) => {
    let rounds = 0
    let watched = false
    const poller = start(t, { watched: () => watched, round: async () => { rounds++; return null } })
    await sleep(300)
    assert.equal(rounds, 1)
    watched = true
    poller.wake()
    await sleep(100)
    assert.equal(rounds, 2)
  })

  test('that throw what nobody expected end the service', async (t) => {
    const poller = start(t, { round: async () => { throw new TypeError('a bug') } })
    const waiting = poller.fresh()
    await assert.rejects(poller.failed, /a bug/)
    await assert.rejects(waiting, UnavailableError)
    await assert.rejects(poller.fresh(), UnavailableError)
  })
})
