import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { OpenAlarms } from '../../contract/alarm-api.ts'
import { isCut, visibleGroups, withAnswers } from '../alarms/alarm-groups.ts'
import { GroupRow } from '../alarms/parts/GroupRow.tsx'
import { HiddenAlarms } from '../alarms/parts/HiddenAlarms.tsx'
import { WayToAct } from '../alarms/parts/WayToAct.tsx'
import { formatPlace } from '../alarms/place.ts'
import { misplaced } from '../alarms/steady-order.ts'
import { useAlarmActions } from '../alarms/use-alarm-actions.ts'
import { useSteadyOrder } from '../alarms/use-steady-order.ts'
import { counted, formatCount } from '../format.ts'
import { Mark } from '../parts/Mark.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import type { Access } from '../use-session.ts'

const MOST_ROWS = 20
/** One trouble of a machine mostly. */
const MOST_TOGETHER = 4
/** With more groups than these each shows only its first alarm: in a flood it is the machines that count. */
const MANY_GROUPS = 8

/** The open alarms: those that wait for somebody first, and what operators do about them. */
export function Alarms({ section, access, now }: { section: OpenAlarms | undefined, access: Access, now: number }): JSX.Element {
  return (
    <Panel id="alarms" title="Alarms" note={section === undefined ? undefined : <Counts counts={section.counts} />}>
      {section === undefined ? <Empty>Waiting for the alarms.</Empty> : <Open section={section} access={access} now={now} />}
    </Panel>
  )
}

function Open({ section, access, now }: { section: OpenAlarms, access: Access, now: number }): JSX.Element {
  const actions = useAlarmActions(access.check)
  const alarms = withAnswers(section.alarms, actions.answers)
  const groups = visibleGroups(alarms, section.large_groups)
  const known = new Map(alarms.map((alarm) => [alarm.episode_id, alarm]))
  const { shown, held, arrived, watch, form, sort } = useSteadyOrder(groups, known, !isCut(section))
  const [all, showAll] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  // When a session has ended the buttons stay, with a half-written reason: the form of the login is above.
  const may = access.session?.may.operate === true || access.form === 'ended' ? actions : null
  // What came meanwhile is below, so it is shown too: as much as fits.
  const came = new Set([...arrived].slice(0, MOST_ROWS))
  const rows = all ? shown : shown.filter(({ key }, index) => index < MOST_ROWS || came.has(key))
  const most = shown.length > MANY_GROUPS ? 1 : MOST_TOGETHER
  const moved = held ? misplaced(shown, groups) : 0
  const sortNow = (): void => {
    // The button goes; whoever uses the keyboard stays at the list.
    place.current?.focus({ preventScroll: true })
    sort()
  }
  return (
    <div tabIndex={-1} ref={place} class="alarm-place">
      {shown.length === 0 && <p class="no-alarms"><Mark kind="normal" />No alarms.</p>}
      {shown.length > 0 && may === null && <WayToAct access={access} to="acknowledge" />}
      {shown.length > 0 && (
        <ul class="alarm-list" aria-label="Open alarms, the most urgent first" {...watch}>
          {rows.map((group) => <GroupRow key={group.key} group={group} most={most} now={now} actions={may} form={form} />)}
        </ul>
      )}
      {shown.length > MOST_ROWS && (
        <button type="button" class="show-all" aria-expanded={all} onClick={() => showAll(!all)}>
          {all ? `Show ${MOST_ROWS} rows only` : `Show all ${counted(shown.length, 'row')}`}
        </button>
      )}
      {moved > 0 && (
        <p class="held" role="status">
          <span>The order is held while you work here{arrived.size > 0 && <>; <strong>{counted(arrived.size, 'new row')}</strong> below</>}.</span>
          <button type="button" class="action" onClick={sortNow}>Sort now</button>
        </p>
      )}
      {isCut(section) && (
        <p class="panel-line quiet">
          <span>
            Of {formatCount(section.counts.open)} open alarms these are the {formatCount(section.alarms.length)} most urgent.{' '}
            <a href={`./alarms${formatPlace('history', { open: 'true', sort: 'priority' })}`}>All of them, the most urgent first</a>
          </span>
        </p>
      )}
      <HiddenAlarms section={section} alarms={alarms} now={now} actions={may} />
      <Learning learning={section.learning} />
    </div>
  )
}

/** What is not watched yet: until a sensor's normal behaviour is learned, nothing unusual is found of it. */
function Learning({ learning: { sensors, unfinished, percent } }: { learning: OpenAlarms['learning'] }): JSX.Element | null {
  if (unfinished === 0) return null
  const share = unfinished === sensors ? '' : `${formatCount(unfinished)} of `
  return (
    <p class="panel-line quiet">
      <span>What is normal for {share}{counted(sensors, 'sensor')} is still being learned, {percent} % on average; limits and rules hold meanwhile.</span>
    </p>
  )
}

/** `2 unacknowledged · 1 high, 3 medium, 0 low · 2 shelved`; nothing while there is none. */
function Counts({ counts: { open, unacknowledged, high, medium, low, shelved } }: { counts: OpenAlarms['counts'] }): JSX.Element | null {
  if (open === 0) return null
  return (
    <>
      <strong class={unacknowledged > 0 ? 'unacknowledged' : ''}>{formatCount(unacknowledged)} unacknowledged</strong>
      {` · ${formatCount(high)} high, ${formatCount(medium)} medium, ${formatCount(low)} low`}
      {shelved > 0 && ` · ${formatCount(shelved)} shelved`}
    </>
  )
}
