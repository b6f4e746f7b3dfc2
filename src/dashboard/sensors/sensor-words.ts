import type { Sensor, SensorEventShown } from '../../contract/history-api.ts'

/** `learning, 40 %` */
export function learnedInWords({ learned }: Pick<Sensor, 'learned'>): string {
  if (learned === null) return 'nothing yet'
  return learned >= 1 ? 'learned' : `learning, ${Math.floor(learned * 100)} %`
}

/** What somebody did: `Renamed from "a" to "b"`. */
export function eventInWords({ event, old_values: old, new_values: since }: SensorEventShown): string {
  const quoted = (value: string | null | undefined): string | null => (value === null || value === undefined ? null : `“${value}”`)
  switch (event) {
    case 'renamed': {
      const [before, after] = [quoted(old['name']), quoted(since['name'])]
      return after === null ? `Name ${before} taken away` : before === null ? `Named ${after}` : `Renamed from ${before} to ${after}`
    }
    case 'replaced': {
      const before = quoted(old['serial'])
      const sendsAs = quoted(since['sends_as'])
      return `Replaced by ${quoted(since['serial'])}${before === null ? '' : `, before that ${before}`}${sendsAs === null ? '' : `; it sends as ${sendsAs}`}`
    }
    case 'decommissioned': return 'Decommissioned'
    case 'recommissioned': return 'Back in service'
  }
}
