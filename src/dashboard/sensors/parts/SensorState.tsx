import type { JSX } from 'preact'
import type { Sensor } from '../../../contract/history-api.ts'
import { BAD_QUALITY_BELOW } from '../../../contract/quality.ts'
import { Mark } from '../../parts/Mark.tsx'

/** Whether readings come, and how bad the newest one is. */
export function SensorState({ sensor: { status, sending, alert_level: level, quality } }: { sensor: Sensor }): JSX.Element {
  if (status === 'decommissioned') {
    return <span class="state"><Mark kind="stopped" />{sending ? 'Decommissioned, still sends' : 'Decommissioned'}</span>
  }
  if (status === 'inactive') return <span class="state"><Mark kind="unknown" />No readings</span>
  if (quality !== null && quality < BAD_QUALITY_BELOW) return <span class="state"><Mark kind="unknown" />Bad quality</span>
  if (level === 'critical') return <span class="state"><Mark kind="high" />Critical</span>
  if (level === 'warning') return <span class="state"><Mark kind="medium" />Warning</span>
  return <span class="state"><Mark kind="normal" />Normal</span>
}
