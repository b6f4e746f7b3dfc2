import type { JSX } from 'preact'
import type { OpenAlarms } from '../../../contract/alarm-api.ts'
import type { CalendarAnswer } from '../../../contract/calendar-api.ts'
import { formatUtc } from '../../format.ts'
import { usePolled } from '../../kafka/use-polled.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import type { Access } from '../../use-session.ts'
import { anomalyInWords } from '../../words.ts'
import { MaintenanceForm } from '../parts/MaintenanceForm.tsx'
import { SuppressedMachines } from '../parts/SuppressedMachines.tsx'
import { WayToAct } from '../parts/WayToAct.tsx'
import { formatDay, formatPlantTime } from '../plant-time.ts'
import { useAlarmActions } from '../use-alarm-actions.ts'

const EVERY_MS = 30_000

interface CalendarProps {
  readonly section: OpenAlarms | undefined
  readonly access: Access
  readonly now: number
}

/** Which shift it is, what is in maintenance now, and what comes in the next 7 days; by the plant's clocks. */
export function Calendar({ section, access, now }: CalendarProps): JSX.Element {
  const { data: calendar, error } = usePolled<CalendarAnswer>('./api/calendar', EVERY_MS)
  const actions = useAlarmActions(access.check)
  const may = access.session?.may.operate === true || access.form === 'ended' ? actions : null
  const suppressions = section?.suppressed_machines ?? []
  return (
    <>
      <Panel id="calendar" title="Calendar" note={calendar === undefined ? undefined : `by the clocks of ${calendar.time_zone}`}>
        {error !== null && <p class="panel-line" role="alert"><Mark kind="warning" /><span>{error}</span></p>}
        {calendar === undefined && error === null && <Empty>Reading the calendar …</Empty>}
        {calendar !== undefined && <Shifts calendar={calendar} now={now} />}
      </Panel>
      <Panel id="maintenance" title="In maintenance now">
        {suppressions.length === 0 && <Empty>No machine.</Empty>}
        <SuppressedMachines suppressions={suppressions} now={now} actions={may} />
        {may === null ? <WayToAct access={access} to="put a machine into maintenance" /> : <MaintenanceForm suppress={may.suppress} />}
      </Panel>
      {calendar !== undefined && <Planned calendar={calendar} />}
      {calendar !== undefined && calendar.suppression_groups.length > 0 && <Groups groups={calendar.suppression_groups} />}
    </>
  )
}

function Shifts({ calendar: { shift, next_shift: next, holidays, time_zone: zone }, now }: { calendar: CalendarAnswer, now: number }): JSX.Element {
  return (
    <dl class="calendar">
      <dt>At the plant it is</dt><dd>{formatPlantTime(new Date(now).toISOString(), zone)}</dd>
      <dt>Shift</dt>
      <dd>{shift === null ? 'none, the plant rests' : <><strong>{shift.name}</strong> until <PlantTime at={shift.to} zone={zone} /></>}</dd>
      <dt>Next shift</dt><dd>{next === null ? 'none within 7 days' : <>{next.name} from <PlantTime at={next.from} zone={zone} /></>}</dd>
      {holidays.length > 0 && <><dt>Holidays</dt><dd>{holidays.map(formatDay).join(', ')}</dd></>}
    </dl>
  )
}

function Planned({ calendar: { maintenance, time_zone: zone } }: { calendar: CalendarAnswer }): JSX.Element {
  return (
    <Panel id="planned" title="Planned maintenance" note="the next 7 days">
      {maintenance.length === 0 && <Empty>None.</Empty>}
      <ul class="lines">
        {maintenance.map(({ name, from, to, machines, running }) => (
          <li key={`${name} ${from}`}>
            <PlantTime at={from} zone={zone} /> to <PlantTime at={to} zone={zone} />: <strong>{name}</strong>{running && ', now'}
            <span class="detail"><Machines names={machines} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Groups({ groups }: { groups: CalendarAnswer['suppression_groups'] }): JSX.Element {
  return (
    <Panel id="groups" title="Suppression groups" note="alarms that follow from another one">
      <ul class="lines">
        {groups.map(({ name, machine, sensor, rule, machines }) => (
          <li key={name}>
            <strong>{name}</strong>: while {rule === null ? 'any alarm' : `“${anomalyInWords(rule)}”`} of{' '}
            {[sensor, machine].filter((each) => each !== null).join(' at ')} is active, these are hidden
            <span class="detail"><Machines names={machines} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function PlantTime({ at, zone }: { at: string, zone: string }): JSX.Element {
  return <time dateTime={at} title={formatUtc(Date.parse(at))}>{formatPlantTime(at, zone)}</time>
}

function Machines({ names }: { names: readonly string[] }): JSX.Element {
  return <>{names.map((name, index) => <span key={name}>{index > 0 && ', '}<Name name={name} /></span>)}</>
}
