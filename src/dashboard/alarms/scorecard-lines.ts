import type { AlarmScorecard } from '../../contract/alarm-api.ts'
import { formatCount } from '../format.ts'

/** One figure of the scorecard beside what ISA-18.2 and EEMUA 191 aim at. */
export interface ScoreLine {
  readonly name: string
  readonly value: string
  readonly target: string
  /** Null: there is no target for it. */
  readonly met: boolean | null
}

/** ISA-18.2: fewer than five stale alarms on any day, with a plan for each. */
const STALE_LESS_THAN = 5
/** A share that differs from its target by less than this factor is as good as on it: the targets are "about" 5, 15 and 80 %. */
const ABOUT = 1.5

const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function scoreLines(card: AlarmScorecard): ScoreLine[] {
  const { high, medium, low } = card.priorities
  /** Of the low ones there should be many, of the others few. */
  const share = (name: string, { percent, target_percent: target }: typeof high, few: boolean): ScoreLine => ({
    name: `Of ${name} priority`, value: `${oneDecimal.format(percent)} %`, target: `about ${target} %`,
    met: card.alarms === 0 ? null : few ? percent <= target * ABOUT : percent >= target / ABOUT,
  })
  return [
    {
      name: 'Alarms a day, for one operator', value: oneDecimal.format(card.per_day), target: `at most ${formatCount(card.target_per_day)}`,
      met: card.per_day <= card.target_per_day,
    },
    { name: 'Alarms in 10 minutes, mean', value: oneDecimal.format(card.per_10_minutes.mean), target: '', met: null },
    { name: 'Alarms in 10 minutes, most', value: oneDecimal.format(card.per_10_minutes.most), target: '', met: null },
    {
      name: 'Time in a flood: more than 10 in 10 minutes', value: `${oneDecimal.format(card.flood_percent)} %`,
      target: `at most ${card.target_flood_percent} %`,
      met: card.flood_percent <= card.target_flood_percent,
    },
    { name: 'Standing now', value: formatCount(card.standing), target: '', met: null },
    {
      name: 'Stale: standing for more than 24 hours', value: formatCount(card.stale_count), target: `fewer than ${STALE_LESS_THAN}`,
      met: card.stale_count < STALE_LESS_THAN,
    },
    {
      name: 'Chattering: 3 transitions or more within a minute', value: formatCount(card.chattering_count), target: 'none', met: card.chattering_count === 0,
    },
    share('high', high, true), share('medium', medium, true), share('low', low, false),
  ]
}
