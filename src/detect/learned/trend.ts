import { FAST_MEAN, SHORT_VARIABILITY, TREND, TREND_EXTREME, TREND_EXTREME_US, TREND_SINCE_US } from './state.ts'

export const RISING = 1

/** Since when the moving average goes one way: for the sentence that explains a score, not for the score. */
export function followTrend(numbers: Float64Array, timeUs: number): void {
  const mean = numbers[FAST_MEAN] as number
  const trend = numbers[TREND] as number
  const ahead = (mean - (numbers[TREND_EXTREME] as number)) * trend
  if (ahead >= 0 && trend !== 0) {
    numbers[TREND_EXTREME] = mean
    numbers[TREND_EXTREME_US] = timeUs
  } else if (-ahead > (numbers[SHORT_VARIABILITY] as number) || trend === 0) {
    // It turned where it was last at its furthest. A step back within the usual variability is no turn.
    numbers[TREND] = trend === 0 ? RISING : -trend
    numbers[TREND_SINCE_US] = trend === 0 ? timeUs : numbers[TREND_EXTREME_US] as number
    numbers[TREND_EXTREME] = mean
    numbers[TREND_EXTREME_US] = timeUs
  }
}

/** After a gap: what went on before it may have ended in it. */
export function forgetTrend(numbers: Float64Array): void {
  numbers[TREND] = 0
}
