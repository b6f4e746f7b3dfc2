import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { History } from '../../src/contract/history-api.ts'
import { historyPlant } from './history-plant.ts'
import type { HistoryPlant } from './history-plant.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const BEGIN_MS = Date.UTC(2026, 0, 1)

async function history(plant: HistoryPlant, id: string, fromMs: number, toMs: number, points?: number): Promise<History> {
  const query = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}${points === undefined ? '' : `&points=${points}`}`
  return plant.read<History>(`/api/sensors/${id}/history?${query}`, '/api/sensors/{id}/history')
}

describe('the history of a sensor', () => {
  test('has every peak, whatever the zoom, of a level that is fine enough', async (t) => {
    const plant = await historyPlant(t)
    const sensor = (await plant.addSensors([{ id: 'press-1' }])).get('press-1') as { sensorKey: number, versionKey: number }
    // A year, every 30 minutes, half a day of it every 5 s, and one peak between two of them.
    const peakMs = BEGIN_MS + 123 * DAY_MS + 4 * HOUR_MS + 1_234_567
    const readings = Array.from({ length: 365 * 48 }, (_, index) => ({ ...sensor, timeUs: (BEGIN_MS + index * HOUR_MS / 2) * 1000, value: 20 + Math.sin(index / 48) }))
    const dense = Array.from({ length: 8_640 }, (_, index) => ({ ...sensor, timeUs: (peakMs - 6 * HOUR_MS + 5_000 * index) * 1000 + 1, value: 21 }))
    await plant.add([...readings, ...dense, { ...sensor, timeUs: peakMs * 1000 + 891, value: 99.5, level: 2 }])

    const levels = new Set<string>()
    for (const spanMs of [1_000, 60_000, 600_000, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 31 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS]) {
      for (const before of [0.001, 0.5, 0.999]) {
        for (const points of [1, 7, 500, 5_000]) {
          const fromMs = Math.max(BEGIN_MS, Math.round(peakMs - spanMs * before))
          const toMs = fromMs + spanMs
          const answer = await history(plant, 'press-1', fromMs, toMs, points)
          const said = `${spanMs} ms, ${before}, ${points} points: ${answer.level} by ${answer.step_ms}`
          levels.add(answer.level)
          assert.ok(answer.points.length <= points && answer.points.length > 0, `${said}: ${answer.points.length}`)
          const peak = answer.points.find(({ max }) => max === 99.5)
          assert.equal(peak?.worst_level, 'critical', said)
          assert.ok(Date.parse(peak.time) <= peakMs && peakMs < Date.parse(peak.time) + (answer.step_ms ?? 1), said)
          assert.ok(Date.parse(answer.from) <= fromMs && Date.parse(answer.to) >= toMs, said)
          // Nothing is there twice or missing: as many as there are readings in what is covered.
          const { rows } = await plant.pool.query<{ count: number }>('select count(*) from reading where time >= $1 and time < $2', [answer.from, answer.to])
          assert.equal(answer.points.reduce((sum, point) => sum + point.readings, 0), rows[0]?.count, said)
        }
      }
    }
    assert.deepEqual([...levels].toSorted(), ['hour', 'minute', 'raw'])
  })

  test('is the readings themselves where they are few, else what they come to', async (t) => {
    const plant = await historyPlant(t)
    const sensor = (await plant.addSensors([{ id: 'temp-1' }])).get('temp-1') as { sensorKey: number, versionKey: number }
    const values = Array.from({ length: 120 }, (_, index) => ({ ...sensor, timeUs: (BEGIN_MS + index * 1_000) * 1000, value: index, level: index === 7 ? 1 : 0 }))
    await plant.add(values)
    const all = await history(plant, 'temp-1', BEGIN_MS, BEGIN_MS + 120_000)
    assert.deepEqual([all.level, all.step_ms, all.unit, all.points.length], ['raw', null, '°C', 120])
    assert.deepEqual(all.points[7], { time: new Date(BEGIN_MS + 7_000).toISOString(), readings: 1, min: 7, max: 7, mean: 7, last: 7, worst_level: 'warning', bad_quality: 0, good: true })
    const few = await history(plant, 'temp-1', BEGIN_MS, BEGIN_MS + 120_000, 12)
    assert.deepEqual([few.level, few.step_ms], ['raw', 10_000])
    assert.deepEqual(few.points[0], { time: new Date(BEGIN_MS).toISOString(), readings: 10, min: 0, max: 9, mean: 4.5, last: 9, worst_level: 'warning', bad_quality: 0, good: true })
    assert.deepEqual(few.points.map(({ last }) => last), [9, 19, 29, 39, 49, 59, 69, 79, 89, 99, 109, 119])
    // The last one is not in it.
    assert.equal((await history(plant, 'temp-1', BEGIN_MS, BEGIN_MS + 119_000)).points.length, 119)
  })

  test('leaves readings of a bad quality out where there are others, and says how many they are', async (t) => {
    const plant = await historyPlant(t)
    const sensor = (await plant.addSensors([{ id: 'temp-1' }])).get('temp-1') as { sensorKey: number, versionKey: number }
    await plant.add([[0, 20, 1], [1, 900, 0.2], [2, 22, null], [60, 500, 0.49], [61, 501, 0],
      ...Array.from({ length: 10 }, (_, index) => [90 + index, 25, 1])].map(([second, value, quality]) => (
      { ...sensor, timeUs: (BEGIN_MS + (second as number) * 1_000) * 1000, value: value as number, quality: quality as number | null })))
    const of = (answer: History) => answer.points.map(({ readings, min, max, last, bad_quality: bad, good }) => [readings, min, max, last, bad, good])
    assert.deepEqual(of(await history(plant, 'temp-1', BEGIN_MS, BEGIN_MS + 120_000, 12)),
      [[2, 20, 22, 22, 1, true], [2, 500, 501, 501, 2, false], [10, 25, 25, 25, 0, true]])
    assert.deepEqual(of(await history(plant, 'temp-1', BEGIN_MS, BEGIN_MS + 90 * DAY_MS, 90)), [[12, 20, 25, 25, 0, true]])
  })

  test('goes on to the rollups where a sensor reported more often than it does now', async (t) => {
    const plant = await historyPlant(t)
    const sensor = (await plant.addSensors([{ id: 'fast' }])).get('fast') as { sensorKey: number, versionKey: number }
    await plant.add(Array.from({ length: 9_000 }, (_, index) => ({ ...sensor, timeUs: (BEGIN_MS + 100 * index) * 1000, value: index })))
    await plant.add([0, 1].map((index) => ({ ...sensor, timeUs: (BEGIN_MS + 2 * DAY_MS + index * 60_000) * 1000, value: 1 })))
    const busy = await history(plant, 'fast', BEGIN_MS, BEGIN_MS + 900_000)
    assert.deepEqual([busy.level, busy.points.length, busy.points[0]?.readings, busy.points.at(-1)?.last], ['minute', 15, 600, 8_999])
    // Up to the most that is read they are merged themselves.
    assert.equal((await history(plant, 'fast', BEGIN_MS, BEGIN_MS + 300_000)).level, 'raw')
  })

  test('goes on to the rollups where readings were dropped, and where those by minute were, too', async (t) => {
    const plant = await historyPlant(t)
    const sensor = (await plant.addSensors([{ id: 'old' }])).get('old') as { sensorKey: number, versionKey: number }
    for (const day of [0, 32, 40]) {
      await plant.add(Array.from({ length: 300 }, (_, index) => ({ ...sensor, timeUs: (BEGIN_MS + day * DAY_MS + index * 1_000) * 1000, value: index })))
    }
    await plant.pool.query('drop table reading_20260101, reading_20260202, reading_minute_202601')
    const levels = await Promise.all([0, 32, 40].map((day) => history(plant, 'old', BEGIN_MS + day * DAY_MS, BEGIN_MS + day * DAY_MS + 300_000)))
    assert.deepEqual(levels.map(({ level, points }) => [level, points.length, points[0]?.max]), [['hour', 1, 299], ['minute', 5, 59], ['raw', 300, 0]])
  })

  test('holds any numbers that a reading may have', async (t) => {
    const plant = await historyPlant(t)
    const sensors = await plant.addSensors(['huge', 'both', 'tiny', 'zero'].map((id) => ({ id })))
    const values: Record<string, number[]> = {
      huge: [Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE], both: [Number.MAX_VALUE, -Number.MAX_VALUE], tiny: [Number.MIN_VALUE, Number.MIN_VALUE], zero: [0, 0],
    }
    for (const [id, list] of Object.entries(values)) {
      const sensor = sensors.get(id) as { sensorKey: number, versionKey: number }
      await plant.add(list.flatMap((value, index) => [0, 1].map((hour) => ({ ...sensor, timeUs: (BEGIN_MS + hour * HOUR_MS + index * 60_000) * 1000, value }))))
      for (const [spanMs, points] of [[2 * HOUR_MS, 500], [2 * HOUR_MS, 1], [90 * DAY_MS, 1], [365 * DAY_MS, 10]] as const) {
        const { points: [first] } = await history(plant, id, BEGIN_MS, BEGIN_MS + spanMs, points)
        assert.deepEqual([first?.min, first?.max], points === 500 ? [list[0], list[0]] : [Math.min(...list), Math.max(...list)], id)
        assert.ok(first !== undefined && first.mean >= first.min && first.mean <= first.max, `${id}: ${first?.mean}`)
        if (id === 'huge') assert.equal(first.mean, Number.MAX_VALUE)
        if (id === 'both' && points !== 500) assert.equal(first.mean, 0)
      }
    }
  })

  test('is refused with a clear reason', async (t) => {
    const plant = await historyPlant(t)
    await plant.addSensors([{ id: 'temp-1' }])
    for (const [query, status, error] of [
      ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 400, 'from must be before to, which is 2026-01-01T00:00:00.000Z'],
      ['from=yesterday', 400, 'from must match format "date-time"'], ['from=1969-12-31T23:59:59Z', 400, 'from must not be before 1970'],
      ['to=2026-01-01T00:00:60Z', 400, 'to must match format "date-time"'], ['points=0', 400, 'points must be >= 1'], ['points=5001', 400, 'points must be <= 5000'],
      ['point=1', 400, 'there is no parameter "point" here'],
    ] as const) {
      const answer = await plant.api.get(`/api/sensors/temp-1/history?${query}`)
      assert.deepEqual([answer.status, answer.body], [status, { error }], query)
    }
    assert.deepEqual((await plant.api.get('/api/sensors/nobody/history')).body, { error: 'there is no sensor "nobody"' })
    const empty = await plant.read<History>('/api/sensors/temp-1/history', '/api/sensors/{id}/history')
    assert.deepEqual([empty.points, Date.parse(empty.to) - Date.parse(empty.from)], [[], HOUR_MS])
  })
})
