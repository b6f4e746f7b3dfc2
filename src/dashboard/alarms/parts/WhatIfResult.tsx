import type { JSX } from 'preact'
import type { WhatIfAnswer } from '../../../contract/alarm-api.ts'
import { counted, formatCount } from '../../format.ts'
import { Name } from '../../parts/Name.tsx'
import { Time } from '../../parts/Time.tsx'

const MOST_NAMED = 5

/** What the stored readings would have raised; the alarms that would be lost are named, as they are what a change costs. */
export function WhatIfResult({ result }: { result: WhatIfAnswer }): JSX.Element {
  const { summary, sensors, readings, gone, gone_count: goneCount } = result
  const now = Date.now()
  return (
    <div class="what-if">
      <p><strong>What if: {summary}.</strong></p>
      <p class="quiet">From {counted(readings, 'reading')} of {counted(sensors, 'sensor')}; nothing was changed.</p>
      {goneCount > 0 && (
        <p>
          Would not come: {gone.slice(0, MOST_NAMED).map(({ sensor_id: sensor, raised_at: at }, index) => (
            <span key={`${sensor} ${at}`}>{index > 0 && ', '}<Name name={sensor} /> at <Time at={Date.parse(at)} now={now} /></span>
          ))}{goneCount > MOST_NAMED && ` and ${formatCount(goneCount - MOST_NAMED)} more`}
        </p>
      )}
    </div>
  )
}
