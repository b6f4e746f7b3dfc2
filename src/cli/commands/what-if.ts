import { parseArgs } from 'node:util'
import { checkOverride } from '../../alarm/alarm-rules.ts'
import { REPLAYED_RULES } from '../../alarm/replay.ts'
import type { ReplayedEpisode } from '../../alarm/replay.ts'
import { describeComparison } from '../../alarm/what-if.ts'
import { calendarVariables, readCalendar } from '../../calendar/config.ts'
import { SENSOR_TYPE_NAMES } from '../../contract/sensor-types.ts'
import { MOST_LEARNED_READINGS, MOST_REPLAYED_READINGS, replayAlarms } from '../../postgres/replay-alarms.ts'
import type { ReplayAnswer, ReplayQuestion } from '../../postgres/replay-alarms.ts'
import { readVariables } from '../../runtime/config.ts'
import type { Environment } from '../../runtime/config.ts'
import { detectorInUse, detectorVariables } from '../../runtime/detector-variables.ts'
import { ExitError, messageOf } from '../../runtime/errors.ts'
import { createColumns, formatValue, oneLine } from '../columns.ts'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { readCliConfig } from '../config.ts'
import { requireRunning } from '../running-system.ts'
import { print } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'

const HOUR_MS = 3_600_000
const MOST_SHOWN = 20
const text = { type: 'string' } as const
const DETECTORS = ['full', 'lite'] as const
const OPTIONS = {
  sensor: { type: 'string', multiple: true }, type: text, rule: text, hours: text, to: text,
  limit: text, deadband: text, 'on-delay-ms': text, 'off-delay-ms': text, detector: text,
} as const

export const whatIf: Command = {
  name: 'what-if',
  summary: 'Show which alarms the stored readings would have raised with other settings; ARGS="--type vibration --rule … --on-delay-ms 4000"',
  usage: `--rule RULE [--sensor ID … | --type TYPE] [--limit 42] [--deadband 0.5] [--on-delay-ms 4000] [--off-delay-ms 60000]
        [--detector full | lite] [--hours 24] [--to 2026-01-31T12:00:00Z]

Runs the readings of the last hours before --to (now) through the settings of now and through changed ones, and changes nothing. At most
${MOST_REPLAYED_READINGS} readings, of a type those of its first 100 sensors. The detector of learned_anomaly begins with up to ${MOST_LEARNED_READINGS}
readings before them, of a week. FORMAT=json prints all of it. Of the system that runs here, or of DATABASE_URL.

--rule  ${REPLAYED_RULES.slice(0, 4).join(', ')},
        ${REPLAYED_RULES.slice(4).join(', ')}`,
  async run(args, env) {
    const question = readQuestion(args, env)
    const { format } = readCliConfig([], env)
    const answer = await withDatabase(await addressOf(env), 'what-if', (reason) => `PostgreSQL can't be used: ${reason}`, (pool) => (
      replayAlarms((work) => work(pool), question)))
    if (answer === 'too many readings') throw new UsageError(`these are more than ${MOST_REPLAYED_READINGS} readings; take fewer hours or sensors`)
    if ('unknown' in answer) throw new ExitError(`there is no sensor "${answer.unknown}"`)
    if (format === 'json') {
      const { sensorOf: _, comparison, ...rest } = answer
      const byRule = Object.fromEntries(comparison.byRule)
      print(JSON.stringify({ summary: describeComparison(comparison), comparison: { ...comparison, byRule }, ...rest }))
    }
    else show(answer)
    return 0
  },
}

function readQuestion(args: readonly string[], env: Environment): ReplayQuestion {
  const values = parse(args)
  const rule = REPLAYED_RULES.find((name) => name === values.rule)
  if (rule === undefined) throw new UsageError(`--rule must be one of ${REPLAYED_RULES.join(', ')}`)
  const toMs = values.to === undefined ? Date.now() : Date.parse(values.to)
  if (Number.isNaN(toMs)) throw new UsageError(`--to is "${values.to}"; it must be like 2026-01-31T12:00:00Z`)
  const limit = numberOf('limit', values.limit)
  const deadband = numberOf('deadband', values.deadband)
  const onDelayMs = numberOf('on-delay-ms', values['on-delay-ms'])
  const offDelayMs = numberOf('off-delay-ms', values['off-delay-ms'])
  const override = {
    enabled: true, ...limit === null ? {} : { limit }, ...deadband === null ? {} : { deadband }, ...onDelayMs === null ? {} : { onDelayMs },
    ...offDelayMs === null ? {} : { offDelayMs },
  }
  const problem = checkOverride(rule, override)
  if (problem !== null) throw new UsageError(problem)
  const hours = numberOf('hours', values.hours) ?? 24
  if (!(hours > 0)) throw new UsageError('--hours must be more than 0')
  const triedMode = DETECTORS.find((mode) => mode === values.detector) ?? null
  if (values.detector !== undefined && triedMode === null) throw new UsageError(`--detector must be one of ${DETECTORS.join(', ')}`)
  const variables = readVariables({ ...detectorVariables, ...calendarVariables }, env)
  const detector = detectorInUse(variables)
  if (rule === 'learned_anomaly' && detector.mode === null && triedMode === null) throw new UsageError('DETECTOR is off; say --detector full or lite')
  return {
    of: sensorsOf(values), fromMs: toMs - hours * HOUR_MS, toMs, changes: new Map([[rule, override]]), detector,
    calendar: readCalendar(variables.PLANT_CALENDAR), triedMode,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

function sensorsOf({ sensor, type }: ReturnType<typeof parse>): ReplayQuestion['of'] {
  if ((sensor === undefined) === (type === undefined)) throw new UsageError('say of which sensors: --sensor ID, or --type TYPE')
  if (sensor !== undefined) return { sensorIds: sensor }
  const sensorType = SENSOR_TYPE_NAMES.find((name) => name === type)
  if (sensorType === undefined) throw new UsageError(`--type must be one of ${SENSOR_TYPE_NAMES.join(', ')}`)
  return { sensorType }
}

function numberOf(name: string, value: string | undefined): number | null {
  if (value === undefined) return null
  if (value.trim() === '' || !Number.isFinite(Number(value))) throw new UsageError(`--${name} is "${value}"; it must be a number`)
  return Number(value)
}

async function addressOf(env: Environment): Promise<string> {
  const given = env['DATABASE_URL'] ?? ''
  return given === '' ? (await requireRunning(env)).status.databaseUrl : given
}

function show({ comparison, sensorOf, sensors, readings, learning }: ReplayAnswer): void {
  print(`${readings} readings of ${sensors} ${sensors === 1 ? 'sensor' : 'sensors'}: ${describeComparison(comparison)}`)
  if (learning !== null) {
    print(`the detectors learned from ${learning.readings} readings before, for ${formatValue(learning.shortestMs / HOUR_MS)} h or more; `
      + `${learning.believed} of ${sensors} ${sensors === 1 ? 'is' : 'are'} believed from the beginning on`)
  }
  for (const [rule, { before, after }] of comparison.byRule) if (before !== after) print(`${rule}: ${before} become ${after}`)
  const columns = createColumns([8, 20, 24])
  const list = (what: string, episodes: readonly ReplayedEpisode[], detail: (episode: ReplayedEpisode) => string): void => {
    for (const episode of episodes.slice(0, MOST_SHOWN)) {
      const cells = [what, oneLine(sensorOf.get(episode) ?? ''), new Date(episode.raisedMs).toISOString(), episode.rule]
      print([...columns(cells), `peak ${formatValue(episode.peak)}${detail(episode)}`].join('  '))
    }
    if (episodes.length > MOST_SHOWN) print(`${what} and ${episodes.length - MOST_SHOWN} more`)
  }
  const laterMs = new Map(comparison.shifted.map(({ episode, laterMs: ms }) => [episode, ms]))
  list('not come', comparison.gone, () => '')
  list('new', comparison.added, () => '')
  list('moved', [...laterMs.keys()], (episode) => `, ${formatValue((laterMs.get(episode) ?? 0) / 1_000)} s later`)
}
