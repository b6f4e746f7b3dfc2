import { severityRank } from '../alarm/alarm-rules.ts'
import { ACTIVE } from '../alarm/condition.ts'
import type { Condition } from '../alarm/condition.ts'
import type { OpenCondition } from '../postgres/open-conditions.ts'

/** Goes on with a condition as its alarm has it. Delays that were running begin anew. */
export function resumeCondition(condition: Condition, open: OpenCondition): void {
  const { raisedUs, changedUs, firstValue, peak, peakExcess, peakUs, readings } = open
  Object.assign(condition, {
    phase: ACTIVE, sinceUs: raisedUs, raisedUs, firstValue, peak, peakExcess, peakUs, readings, reportedReadings: readings,
    severity: severityRank(open.severity), announcedUs: changedUs, changedUs,
  })
}
