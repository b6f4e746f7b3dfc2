import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { duration, explain } from '../../../../src/detect/learned/reason.ts'
import { emptyResult, scoreReading } from '../../../../src/detect/learned/score-reading.ts'
import { ALERT_THRESHOLD } from '../../../../src/detect/learned/settings.ts'
import { createDetector } from '../../../../src/detect/learned/state.ts'
import { PER_DAY, dailySine, timesOf } from './series.ts'

/** The sentences of all alerts from a reading on. */
function sentencesFrom(from: number, values: readonly number[], unit = 'mm/s'): string[] {
  const detector = createDetector('full')
  const result = emptyResult()
  return timesOf(values.length).flatMap((timeUs, index) => {
    const value = values[index] as number
    const score = scoreReading(detector, timeUs, value, result)
    return index >= from && score >= ALERT_THRESHOLD ? [explain(detector, result, value, unit)] : []
  })
}

describe('the sentence of an alert', () => {
  const from = 8 * PER_DAY + 216

  test('names the value, what was expected at this hour, and a jump', () => {
    const [sentence = ''] = sentencesFrom(from, dailySine(9, (value, index) => (index === from ? 75.26 : value)))
    assert.match(sentence, /^75 mm\/s; expected 2\d to 4\d at this hour; jumped up$/)
  })

  test('says how long a value has been rising', () => {
    const sentences = sentencesFrom(from, dailySine(10, (value, index) => value + Math.max(0, index - from) * 0.6))
    assert.ok(sentences.some((sentence) => /; rising for \d+ (minutes|hours)$/.test(sentence)), sentences.join('\n'))
  })

  test('says that a sensor stands still, and for how long', () => {
    const sentences = sentencesFrom(from, dailySine(10, (value, index) => (index >= from ? 41.7 : value)))
    assert.ok(sentences.some((sentence) => /^41\.7 mm\/s|^42 mm\/s/.test(sentence) && /; unchanged for \d+ (minutes|hours)$/.test(sentence)), sentences.join('\n'))
  })

  test('says that readings have become restless', () => {
    // Single outliers have been seen before, but not so many readings apart.
    const usual = (value: number, index: number): number => value + (index % 97 === 0 ? 20 : index % 89 === 0 ? -20 : 0)
    const sentences = sentencesFrom(from, dailySine(10, (value, index) => usual(value, index) + (index < from ? 0 : index % 2 === 0 ? 5 : -5)))
    assert.ok(sentences.some((sentence) => sentence.includes('changes more from reading to reading')), sentences.join('\n'))
  })

  test('leaves the unit away where there is none, and is finite for any value', () => {
    assert.match(sentencesFrom(from, dailySine(9, (value, index) => (index === from ? 1e308 : value)), '')[0] ?? '', /^1\.00e\+308; expected/)
    assert.match(sentencesFrom(from, dailySine(9, (value, index) => (index === from ? -1e308 : value)), '')[0] ?? '', /^-1\.00e\+308; expected/)
  })

  test('has as many digits as the band needs', () => {
    const fine = sentencesFrom(from, dailySine(9, (value, index) => (index === from ? 80 : value)).map((value) => value / 10_000))
    assert.match(fine[0] ?? '', /^0\.0080 mm\/s; expected 0\.002\d to 0\.004\d at this hour/)
  })
})

test('a duration is told in one figure and the unit that fits', () => {
  const cases: readonly (readonly [number, string])[] = [
    [100e3, '100 milliseconds'], [1e6, '1 second'], [40e6, '40 seconds'], [360e6, '6 minutes'], [3 * 3600e6, '3 hours'], [2.2 * 86_400e6, '2 days'],
  ]
  for (const [us, text] of cases) assert.equal(duration(us), text)
})
