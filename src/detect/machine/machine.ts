import { BASELINE_READINGS, CHANNEL_SLOTS, channelReadings, deviationOf, isSilent, learnChannel } from './channel.ts'

/** Rises when the layout of a record or the meaning of a slot changes; a record of another format is not read. */
export const MACHINE_FORMAT = 1

/** The state of alarm begins where the channels' deviations have this root mean square, and ends below the lower one. Standard deviations. */
export const ALARM_ON = 0.98
export const ALARM_OFF = 0.87

const FORMAT = 0
const ALARM = 1
const ALARM_SINCE_US = 2
const CHANNELS_AT = 3

/** All that is known of one machine: 24 bytes, and 48 for each channel. Copying the bytes saves it. */
export interface Machine {
  readonly numbers: Float64Array
}

export function machineBytes(channels: number): number {
  return 8 * (CHANNELS_AT + channels * CHANNEL_SLOTS)
}

/** A machine of so many channels, which are its sensors. */
export function createMachine(channels: number): Machine {
  const numbers = new Float64Array(machineBytes(channels) / 8)
  numbers[FORMAT] = MACHINE_FORMAT
  return { numbers }
}

/** A copy of the record, to be kept. */
export function saveMachine({ numbers }: Machine): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).slice()
}

/** A machine over a copy of a saved record. Throws a `RangeError` if it is of another number of channels or of another format. */
export function restoreMachine(saved: Uint8Array, channels: number): Machine {
  const bytes = machineBytes(channels)
  if (saved.length !== bytes) throw new RangeError(`a record of ${channels} channels has ${bytes} bytes, not ${saved.length}`)
  const numbers = new Float64Array(new Uint8Array(saved).buffer)
  const format = numbers[FORMAT]
  if (format !== MACHINE_FORMAT) throw new RangeError(`the record has format ${format}; this release reads ${MACHINE_FORMAT}`)
  return { numbers }
}

/**
 * Takes in one channel's reading and gives the machine's score, 0..1: at one half the alarm begins. `timeUs`: microseconds since 1970;
 * `value`: finite, in the channel's unit. Readings count in the order in which they come, whatever their times.
 */
export function updateChannel({ numbers }: Machine, channel: number, timeUs: number, value: number): number {
  learnChannel(numbers, CHANNELS_AT + channel * CHANNEL_SLOTS, timeUs, value)
  const deviation = machineDeviation(numbers, timeUs)
  const alarm = numbers[ALARM] === 1 ? deviation >= ALARM_OFF : deviation >= ALARM_ON
  if (alarm !== (numbers[ALARM] === 1)) {
    numbers[ALARM] = alarm ? 1 : 0
    numbers[ALARM_SINCE_US] = timeUs
  }
  return deviation / (deviation + ALARM_ON)
}

export function isInAlarm({ numbers }: Machine): boolean {
  return numbers[ALARM] === 1
}

/** When the alarm began or ended last, microseconds since 1970; 0 if it never did. */
export function alarmSinceUs({ numbers }: Machine): number {
  return numbers[ALARM_SINCE_US] as number
}

/** 0 to 1: 1 when the first channel has its baseline. Until then the machine's score is 0. */
export function machineWarmUpProgress({ numbers }: Machine): number {
  let most = 0
  for (let at = CHANNELS_AT; at < numbers.length; at += CHANNEL_SLOTS) most = Math.max(most, channelReadings(numbers, at))
  return Math.min(1, most / BASELINE_READINGS)
}

/** How far a channel lies from its baseline lately: standard deviations, above 0 where it is higher; 0 while it has none. */
export function channelDeviation({ numbers }: Machine, channel: number): number {
  return deviationOf(numbers, CHANNELS_AT + channel * CHANNEL_SLOTS) ?? 0
}

/** The root mean square over the channels that have a baseline and go on; 0 if none does. */
function machineDeviation(numbers: Float64Array, timeUs: number): number {
  let sum = 0
  let channels = 0
  for (let at = CHANNELS_AT; at < numbers.length; at += CHANNEL_SLOTS) {
    const deviation = deviationOf(numbers, at)
    if (deviation === null || isSilent(numbers, at, timeUs)) continue
    sum += deviation * deviation
    channels++
  }
  return channels === 0 ? 0 : Math.sqrt(sum / channels)
}
