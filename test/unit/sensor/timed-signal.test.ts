import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, test } from 'node:test'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { createCalendar, defaultCalendar } from '../../../src/calendar/calendar.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../../../src/contract/sensor-types.ts'
import type { SensorType } from '../../../src/contract/sensor-types.ts'
import type { Episode } from '../../../src/sensor/faults/episodes.ts'
import { createPlantCycles } from '../../../src/sensor/cycles.ts'
import { faultPlans } from '../../../src/sensor/faults/episodes.ts'
import { FAULT_NAMES, faultKind } from '../../../src/sensor/faults/fault-kinds.ts'
import type { FaultName } from '../../../src/sensor/faults/fault-kinds.ts'
import { fieldOf } from '../../../src/runtime/checked-fields.ts'
import { createTimedSignal } from '../../../src/sensor/timed-signal.ts'
import type { TimedSignal } from '../../../src/sensor/timed-signal.ts'

const INTERVAL_MS = 5_000
const START_MS = Date.UTC(2026, 2, 1)

function signal(
  type: SensorType, faults: readonly FaultName[], changes: { seed?: string, sensorId?: string } = {}, calendar = defaultCalendar(),
): TimedSignal {
  // An episode of half an hour, every two hours on average.
  const plans = faultPlans(faults.map((kind) => ({ kind, hours: 0.5, weight: 1 })), 0.25, 1)
  return createTimedSignal({
    type, settings: SENSOR_TYPES[type], seed: '1', sensorId: 's1', machineId: 'm1', intervalMs: INTERVAL_MS, phaseMs: 1_234, faults: plans,
    cycles: createPlantCycles(calendar), maintenance: calendar.maintenanceOf('m1'), ...changes,
  })
}

describe('a signal that follows from the time alone', () => {
  test('is the same from whatever time on, in whatever order it is asked for', () => {
    const faults = ['drift', 'stuck_at', 'drop_out', 'spikes'] as const
    const first = signal('vibration', faults)
    const begin = first.indexFrom(START_MS)
    const inOrder = Array.from({ length: 10_000 }, (_, place) => first.read(begin + place))
    const other = signal('vibration', faults)
    for (const place of [9_999, 17, 5_000, 5_001, 0, 4_999]) assert.deepEqual(other.read(begin + place), inOrder[place])
    const later = signal('vibration', faults)
    for (let place = 3_333; place < 10_000; place++) assert.deepEqual(later.read(begin + place), inOrder[place])
  })

  test('is another one with another seed or sensor', () => {
    const values = (each: TimedSignal): unknown[] => Array.from({ length: 50 }, (_, place) => each.read(each.indexFrom(START_MS) + place)?.value)
    const all = [signal('pressure', []), signal('pressure', [], { seed: '2' }), signal('pressure', [], { sensorId: 's2' })].map((each) => values(each).join())
    assert.equal(new Set(all).size, 3)
  })

  test('has the times of its grid', () => {
    const each = signal('energy', [])
    const index = each.indexFrom(START_MS)
    assert.ok(each.timeOf(index) >= START_MS && each.timeOf(index - 1) < START_MS)
    assert.equal(each.timeOf(index + 1) - each.timeOf(index), INTERVAL_MS)
    assert.equal(each.indexFrom(each.timeOf(index)), index)
    assert.equal(each.indexFrom(each.timeOf(index) + 1), index + 1)
  })

  for (const type of SENSOR_TYPE_NAMES) {
    test(`stays normal without faults: ${type}`, () => {
      const each = signal(type, [])
      const begin = each.indexFrom(START_MS)
      const values = Array.from({ length: 50_000 }, (_, place) => each.read(begin + place)?.value ?? NaN)
      assert.ok(Math.max(...values) < SENSOR_TYPES[type].warning, `${Math.max(...values)}`)
      assert.ok(Math.min(...values) > SENSOR_TYPES[type].plausible[0], `${Math.min(...values)}`)
      assert.ok(new Set(values).size > 50)
    })
  }
})

/** What a sensor with one kind of fault measured during each of its episodes, beside what it would have measured without. */
function compare(type: SensorType, kind: FaultName): { episode: Episode, progress: number[], healthy: number[], values: (number | null)[] }[] {
  const [faulty, healthy] = [signal(type, [kind]), signal(type, [])]
  const begin = faulty.indexFrom(START_MS)
  const episodes: ReturnType<typeof compare> = []
  for (let index = begin; index < begin + 50_000; index++) {
    const value = faulty.read(index)?.value ?? null
    const expected = healthy.read(index)?.value as number
    const [episode] = faulty.active
    const timeMs = faulty.timeOf(index)
    if (episode === undefined) {
      assert.equal(value, expected, 'outside an episode nothing differs')
      continue
    }
    assert.ok(timeMs >= episode.startMs && timeMs < episode.endMs)
    if (episodes.at(-1)?.episode.window !== episode.window) episodes.push({ episode, progress: [], healthy: [], values: [] })
    const current = episodes.at(-1) as ReturnType<typeof compare>[number]
    current.progress.push((timeMs - episode.startMs) / (episode.endMs - episode.startMs))
    current.healthy.push(expected)
    current.values.push(value)
  }
  assert.ok(episodes.length > 20, `${episodes.length} episodes`)
  // The first and the last are cut off.
  return episodes.slice(1, -1)
}

function deviations(type: SensorType, kind: FaultName): { episode: Episode, of: (from: number, to: number) => number[] }[] {
  const reach = SENSOR_TYPES[type].critical - SENSOR_TYPES[type].base
  return compare(type, kind).map(({ episode, progress, healthy, values }) => ({
    episode, of: (from, to) => values.flatMap((value, place) => (
      (progress[place] as number) >= from && (progress[place] as number) < to ? [((value as number) - (healthy[place] as number)) / reach] : [])),
  }))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('each fault shows between its start and its end, and only there', () => {
  test('bearing wear grows to its end, and faster than evenly', () => {
    for (const { episode, of } of deviations('vibration', 'bearing_wear')) {
      assert.ok(mean(of(0.4, 0.6)) > 0.05 && mean(of(0.4, 0.6)) < 0.4 * mean(of(0.9, 1)), `${mean(of(0.4, 0.6))} and ${mean(of(0.9, 1))}`)
      assert.ok(mean(of(0.9, 1)) > 0.6 * episode.severity)
    }
  })

  test('cavitation is there at once, and rough', () => {
    for (const { of } of deviations('vibration', 'cavitation')) {
      assert.ok(mean(of(0.1, 0.5)) > 0.3 && Math.abs(mean(of(0.1, 0.5)) / mean(of(0.5, 1)) - 1) < 0.3)
      assert.ok(Math.max(...of(0.1, 1)) - Math.min(...of(0.1, 1)) > 0.3)
    }
  })

  test('an overload rises, stays, and falls', () => {
    for (const { of } of deviations('temperature', 'overload')) {
      assert.ok(mean(of(0, 0.05)) < 0.4 * mean(of(0.4, 0.6)) && mean(of(0.95, 1)) < 0.4 * mean(of(0.4, 0.6)) && mean(of(0.4, 0.6)) > 0.4)
    }
  })

  test('drift goes one way, up or down, evenly', () => {
    const found = deviations('pressure', 'drift')
    for (const { episode: { direction }, of } of found) {
      assert.ok(direction * mean(of(0.2, 0.4)) > 0.1)
      assert.ok(direction * mean(of(0.9, 1)) > direction * mean(of(0.2, 0.4)))
    }
    assert.equal(new Set(found.map(({ episode }) => episode.direction)).size, 2)
  })

  test('a sensor that is stuck repeats the first value of the episode', () => {
    for (const { healthy, values } of compare('temperature', 'stuck_at')) assert.deepEqual(new Set(values), new Set([healthy[0]]))
  })

  test('a sensor that drops out has no readings', () => {
    for (const { values } of compare('humidity', 'drop_out')) assert.ok(values.length > 100 && values.every((value) => value === null))
  })

  test('spikes are single readings, about one in eight, far off', () => {
    const all = deviations('energy', 'spikes').flatMap(({ of }) => of(0, 1))
    const spikes = all.filter((deviation) => deviation !== 0)
    assert.ok(Math.abs(spikes.length / all.length - 1 / 8) < 0.02, `${spikes.length} of ${all.length}`)
    assert.ok(spikes.every((deviation) => Math.abs(deviation) > 0.2))
  })

  test('a fault of a machine is felt by its sensors at the same times, one of a sensor by that one alone', () => {
    for (const kind of FAULT_NAMES) {
      const [one, other] = ['s1', 's2'].map((sensorId) => signal('vibration', [kind], { sensorId })) as [TimedSignal, TimedSignal]
      const begin = one.indexFrom(START_MS)
      let apart = 0
      for (let index = begin; index < begin + 20_000; index++) {
        one.read(index)
        other.read(index)
        if (one.active[0]?.startMs !== other.active[0]?.startMs) apart++
      }
      if (faultKind(kind).of === 'machine') assert.equal(apart, 0)
      else assert.ok(apart > 1_000)
    }
  })

  test('a type that does not feel a fault is untouched by it', () => {
    const each = signal('humidity', ['bearing_wear', 'cavitation', 'overload'])
    for (let index = each.indexFrom(START_MS), end = index + 20_000; index < end; index++) {
      each.read(index)
      assert.equal(each.active.length, 0)
    }
  })
})

describe('a plant with a calendar', () => {
  const calendar = createCalendar(calendarSettings(fieldOf('calendar.yaml', {
    time_zone: 'America/New_York', shifts: [{ name: 'day', from: '08:00', to: '16:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }], holidays: ['2026-03-06'],
    maintenance: [{ name: 'overhaul', machines: ['m1'], from: '2026-03-04T10:00', to: '2026-03-04T12:00' }],
  })))
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const level = (each: TimedSignal, time: string): number => {
    const begin = each.indexFrom(Date.parse(time))
    return mean(Array.from({ length: 600 }, (_, place) => each.read(begin + place)?.value ?? 0))
  }

  test('is, without a file, what it was before there were calendars, bit for bit', () => {
    const digest = (['temperature', 'vibration', 'energy', 'humidity', 'pressure'] as const).map((type) => {
      const each = signal(type, FAULT_NAMES)
      const begin = each.indexFrom(START_MS)
      return hash('sha256', JSON.stringify(Array.from({ length: 20_000 }, (_, place) => each.read(begin + place))))
    })
    assert.equal(hash('sha256', JSON.stringify(digest)), '2a785e8dcf3586936c997b6ba5486b39867f06d1a95f34600829ea41256d11ce')
  })

  test('rests outside of shifts, on holidays and in maintenance, with the readings of what rests', () => {
    for (const type of SENSOR_TYPE_NAMES) {
      const each = signal(type, [], {}, calendar)
      const { base, warning, plausible: [low] } = SENSOR_TYPES[type]
      const reach = Math.min(warning - base, base - low)
      const works = level(each, '2026-03-04T19:00:00Z')
      for (const [rests, time] of [
        ['in the night', '2026-03-04T23:00:00Z'], ['on Saturday', '2026-03-07T19:00:00Z'], ['on a holiday', '2026-03-06T19:00:00Z'],
        ['in maintenance', '2026-03-04T15:30:00Z'],
      ] as const) assert.ok(works - level(each, time) > 0.2 * reach, `${type} ${rests}`)
      assert.ok(level(each, '2026-03-09T13:00:00Z') - level(each, '2026-03-09T11:00:00Z') > 0.1 * reach, `${type}: at 8, by summer time, the shift begins`)
    }
  })

  test('shows little of a machine\'s faults while it rests', () => {
    const each = signal('vibration', ['cavitation'], {}, calendar)
    const healthy = signal('vibration', [], {}, calendar)
    const deviations: Record<'works' | 'rests', number[]> = { works: [], rests: [] }
    for (let index = each.indexFrom(Date.parse('2026-03-02T00:00:00Z')), end = index + 5 * 17_280; index < end; index++) {
      const value = each.read(index)?.value as number
      const deviation = value - (healthy.read(index)?.value as number)
      if (each.active.length > 0) deviations[calendar.shiftAt(each.timeOf(index)) === null ? 'rests' : 'works'].push(deviation)
    }
    assert.ok(deviations.rests.length > 1_000 && deviations.works.length > 1_000)
    assert.ok(mean(deviations.rests) < 0.4 * mean(deviations.works) && mean(deviations.rests) > 0)
  })
})
