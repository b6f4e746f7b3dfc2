import type { JSX } from 'preact'
import type { WhatIfAnswer } from '../../../contract/alarm-api.ts'
import { counted, formatAge, formatCount } from '../../format.ts'
import { Name } from '../../parts/Name.tsx'
import { Time } from '../../parts/Time.tsx'
import { anomalyInWords } from '../../words.ts'

const MOST_NAMED = 5

/** What the stored readings would have raised; the alarms that would be lost are named, as they are what a change costs. */
export function WhatIfResult({ result }: { result: WhatIfAnswer }): JSX.Element {
  const { summary, sensors, readings, rules, gone, gone_count: goneCount, learning } = result
  const now = Date.now()
  return (
    <div class="what-if">
      <p><strong>What if: {summary}.</strong></p>
      <p class="quiet">From {counted(readings, 'reading')} of {counted(sensors, 'sensor')}; nothing was changed.</p>
      <ul class="what-if-rules">
        {rules.map(({ rule, before, after }) => (
          <li key={rule}>{anomalyInWords(rule)}: {formatCount(before)}{before === after ? ', as now' : ` become ${formatCount(after)}`}</li>
        ))}
      </ul>
      {learning !== null && <p class="quiet">{learningInWords(learning, sensors)}</p>}
      {goneCount > 0 && (
        <p>
          Would not come: {gone.slice(0, MOST_NAMED).map(({ sensor_id: sensor, rule, raised_at: at }, index) => (
            <span key={`${rule} ${sensor} ${at}`}>
              {index > 0 && '; '}{anomalyInWords(rule)}, <Name name={sensor} /> at <Time at={Date.parse(at)} now={now} />
            </span>
          ))}{goneCount > MOST_NAMED && ` and ${formatCount(goneCount - MOST_NAMED)} more`}
        </p>
      )}
    </div>
  )
}

function learningInWords({ readings, shortest_ms: ms, believed_sensors: believed }: NonNullable<WhatIfAnswer['learning']>, sensors: number): string {
  if (readings === 0) return 'There are no readings from before to learn from: nothing unusual is found until the first hour is over.'
  const learned = `Learned from ${counted(readings, 'reading')} before, over ${formatAge(ms)}${sensors === 1 ? '' : ' or more'}`
  if (believed === sensors) return `${learned}: enough to begin with.`
  return `${learned}: enough to begin with for ${formatCount(believed)} of ${counted(sensors, 'sensor')}; of the others the first alarms are missing.`
}
