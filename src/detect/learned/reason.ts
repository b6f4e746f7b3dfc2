import type { Result } from './score-reading.ts'
import {
  INTERVAL_US, JUMP, NEWEST_US, RESIDUAL, SHAPE, SHAPE_READINGS, SLOW_MEAN, SLOW_RESIDUAL, STILL_SINCE_US, TREND, TREND_SINCE_US,
  VARIABILITY,
} from './state.ts'
import type { Detector } from './state.ts'
import { isStuck } from './stillness.ts'
import { RISING } from './trend.ts'

/** Shorter, a rise is a jump, and standing still is chance. */
const RUN_READINGS = 5

/**
 * Why the reading scored, for an operator: "12.4 mm/s; expected 2.1 to 3.0 at this hour; rising for 6 minutes". Right after
 * `scoreReading` filled `result`, with the same value. `unit` may be empty.
 */
export function explain({ numbers }: Detector, result: Result, value: number, unit: string): string {
  const { bandLow, bandHigh, expected } = result
  const digits = digitsOf(bandHigh - bandLow, value)
  const number = (figure: number): string => formatNumber(figure, digits)
  const measured = unit === '' ? number(value) : `${number(value)} ${unit}`
  const when = result.byHour ? ' at this hour' : ''
  const band = Number.isNaN(bandLow) ? `usually about ${number(expected)}` : `expected ${number(bandLow)} to ${number(bandHigh)}`
  const parts = [measured, `${band}${when}`]

  const intervalUs = numbers[INTERVAL_US] as number
  const nowUs = numbers[NEWEST_US] as number
  const still = nowUs - (numbers[STILL_SINCE_US] as number)
  const trending = nowUs - (numbers[TREND_SINCE_US] as number)
  const { statistic, isHigh } = mainEvidence(result, value)
  const isStill = intervalUs > 0 && still >= RUN_READINGS * intervalUs
  const isTrending = intervalUs > 0 && trending >= RUN_READINGS * intervalUs && (numbers[TREND] === RISING) === isHigh
  const isOutside = value < bandLow || value > bandHigh
  if (isStuck(numbers) || (isStill && (statistic === VARIABILITY || statistic === SHAPE))) parts.push(`unchanged for ${duration(still)}`)
  else if (statistic === VARIABILITY) parts.push(`changes ${isHigh ? 'more' : 'less'} from reading to reading than for a long time`)
  else if (statistic === SLOW_MEAN) {
    parts.push(`lately ${number(Math.abs(numbers[SLOW_RESIDUAL] as number))} ${isHigh ? 'above' : 'below'} usual on average`)
  } else if (statistic === SHAPE && !isOutside) parts.push(`its last ${SHAPE_READINGS} readings go as none before`)
  else if ((result.evidence[isHigh ? 2 * JUMP : 2 * JUMP + 1] as number) > 0) parts.push(`jumped ${isHigh ? 'up' : 'down'}`)
  else if (isTrending) parts.push(`${isHigh ? 'rising' : 'falling'} for ${duration(trending)}`)
  else if (!isOutside) parts.push(`the ${isHigh ? 'highest' : 'lowest'} for a long time`)
  return parts.join('; ')
}

/** The tail with the most evidence; the residual's where there is none now, and the score is of what has accumulated. */
function mainEvidence({ evidence, expected, bandLow, bandHigh }: Result, value: number): { statistic: number, isHigh: boolean } {
  let tail = value > expected ? 2 * RESIDUAL : 2 * RESIDUAL + 1
  for (let other = 0; other < evidence.length; other++) if ((evidence[other] as number) > (evidence[tail] as number)) tail = other
  const statistic = tail >> 1
  return { statistic, isHigh: statistic === SHAPE ? value > (bandLow + bandHigh) / 2 : (tail & 1) === 0 }
}

/** Digits after the point by which a band so wide is told well: one for 0.9 and 5, none for 6, two for 0.5. */
function digitsOf(width: number, value: number): number {
  const scale = width > 0 ? width : Math.abs(value)
  return scale > 0 ? Math.max(0, Math.min(9, Math.ceil(0.7 - Math.log10(scale)))) : 0
}

function formatNumber(value: number, digits: number): string {
  const size = Math.abs(value)
  if (size >= 1e15 || (size > 0 && size < 1e-9)) return value.toPrecision(3)
  // -0.0 is nothing that anybody measured.
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : text
}

/** "40 seconds", "6 minutes", "3 hours", "2 days". */
export function duration(us: number): string {
  const seconds = us / 1e6
  const [count, unit] = seconds < 1 ? [seconds * 1000, 'millisecond'] : seconds < 120 ? [seconds, 'second']
    : seconds < 7200 ? [seconds / 60, 'minute'] : seconds < 172_800 ? [seconds / 3600, 'hour'] : [seconds / 86_400, 'day']
  const whole = Math.round(count)
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`
}
