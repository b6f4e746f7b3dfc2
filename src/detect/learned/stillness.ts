import { STUCK_FACTOR, STUCK_READINGS, WARM_UP_READINGS } from './settings.ts'
import { LAST_VALUE, LONGEST_STILL, NEWEST_US, READINGS, STILL_READINGS, STILL_SINCE_US } from './state.ts'

/** Takes a value in, and says whether the sensor is stuck: it gives one value several times longer than it ever did. */
export function followStillness(numbers: Float64Array, timeUs: number, value: number): boolean {
  if (value === numbers[LAST_VALUE]) {
    numbers[STILL_READINGS] = (numbers[STILL_READINGS] as number) + 1
    return isStuck(numbers)
  }
  learn(numbers)
  numbers[LAST_VALUE] = value
  numbers[STILL_READINGS] = 1
  numbers[STILL_SINCE_US] = timeUs
  return false
}

/** One that has never moved isn't. */
export function isStuck(numbers: Float64Array): boolean {
  const run = numbers[STILL_READINGS] as number
  return run >= limitOf(numbers) && run < (numbers[READINGS] as number)
}

/** After a gap: nobody knows what the value did in it. */
export function forgetStillness(numbers: Float64Array): void {
  learn(numbers)
  numbers[STILL_READINGS] = 0
  numbers[STILL_SINCE_US] = numbers[NEWEST_US] as number
}

/** A run that was too long counts as the shortest that is: else a sensor that was stuck for a week could be stuck for three. */
function learn(numbers: Float64Array): void {
  const run = numbers[STILL_READINGS] as number
  const before = (numbers[READINGS] as number) - 1
  const counted = before <= WARM_UP_READINGS || run === before ? run : Math.min(run, limitOf(numbers))
  if (counted > (numbers[LONGEST_STILL] as number)) numbers[LONGEST_STILL] = counted
}

function limitOf(numbers: Float64Array): number {
  return Math.max(STUCK_READINGS, STUCK_FACTOR * (numbers[LONGEST_STILL] as number))
}
