import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { AlarmScorecard } from '../../../contract/alarm-api.ts'
import { counted, formatAge, formatCount } from '../../format.ts'
import { formatDuration } from '../../kafka/format-duration.ts'
import { usePolled } from '../../kafka/use-polled.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { SensorName } from '../../parts/SensorName.tsx'
import { Time } from '../../parts/Time.tsx'
import { useTyped } from '../../parts/use-typed.ts'
import { anomalyInWords } from '../../words.ts'
import { formatPlace } from '../place.ts'
import { formatDay } from '../plant-time.ts'
import { hasDeadband } from '../setting-draft.ts'
import { scoreLines } from '../scorecard-lines.ts'

const EVERY_MS = 60_000
const DAY_MS = 86_400_000
const SPANS = [[1, 'the last day'], [7, 'the last 7 days'], [30, 'the last 30 days']] as const
const MOST_OPERATORS = 1_000

/** How well the alarms serve the operators, against the published targets, and what to do about the worst. */
export function Scorecard({ now }: { now: number }): JSX.Element {
  const [days, setDays] = useState<number>(SPANS[0][0])
  const [operators, setOperators] = useState(1)
  const typed = useTyped(String(operators), (value) => setOperators(Math.min(MOST_OPERATORS, Math.max(1, Math.round(Number(value))))))
  const path = useMemo(() => `./api/alarm-scorecard?${new URLSearchParams({
    from: new Date(Date.now() - days * DAY_MS).toISOString(), operators: String(operators),
  }).toString()}`, [days, operators])
  const { data: card, error } = usePolled<AlarmScorecard>(path, EVERY_MS)
  return (
    <>
      <Panel id="scorecard" title="Scorecard" note={card === undefined ? undefined : `${counted(card.alarms, 'alarm')} in ${formatDuration(days * DAY_MS)}`}>
        <form class="alarm-form" aria-label="What the scorecard is of" onSubmit={(event) => event.preventDefault()}>
          <p class="field">
            <label for="score-span">Of</label>
            <select id="score-span" value={String(days)} onChange={({ currentTarget }) => setDays(Number(currentTarget.value))}>
              {SPANS.map(([value, text]) => <option key={value} value={String(value)}>{text}</option>)}
            </select>
          </p>
          <p class="field narrow">
            <label for="score-operators">Operators who share them</label>
            <input id="score-operators" type="number" min={1} max={MOST_OPERATORS} step={1} {...typed} />
          </p>
        </form>
        {error !== null && <p class="panel-line" role="alert"><Mark kind="warning" /><span>{error}</span></p>}
        {card === undefined && error === null && <Empty>Counting …</Empty>}
        {card !== undefined && <Figures card={card} />}
      </Panel>
      {card !== undefined && <ByTime card={card} />}
      {card !== undefined && <BadActors card={card} />}
      {card !== undefined && <Worst card={card} now={now} />}
    </>
  )
}

function Figures({ card }: { card: AlarmScorecard }): JSX.Element {
  return (
    <table class="score" role="table">
      <caption class="hidden">Figures of the alarms beside their targets</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Figure</th><th scope="col" role="columnheader" class="number">Is</th>
          <th scope="col" role="columnheader">Target</th><th scope="col" role="columnheader">Verdict</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {scoreLines(card).map(({ name, value, target, met }) => (
          <tr key={name} role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" class="number">{value}</td>
            <td role="cell" class="quiet">{target}</td>
            <td role="cell">
              {met !== null && <span class={`state ${met ? '' : 'state-warning'}`}><Mark kind={met ? 'done' : 'warning'} />{met ? 'met' : 'missed'}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What each shift had to do, and each day. */
function ByTime({ card: { shifts, days, time_zone: zone } }: { card: AlarmScorecard }): JSX.Element {
  const most = Math.max(...days.map(({ alarms }) => alarms))
  return (
    <div class="by-time">
      <Panel id="shifts" title="By shift" note={`by the clocks of ${zone}`}>
        <ul class="lines">
          {shifts.map(({ name, alarms, hours, per_10_minutes: rate }) => (
            <li key={name}>
              <b>{name ?? 'outside of shifts'}</b>: {counted(alarms, 'alarm')} in {hours.toFixed(hours < 10 ? 1 : 0)} h
              <span class="detail">{rate.toFixed(2)} in 10 minutes for one operator</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel id="days" title="By day" note={`by the clocks of ${zone}`}>
        <ul class="lines days">
          {days.toReversed().map(({ day, alarms }) => (
            <li key={day}>
              <span>{formatDay(day)}</span> <meter min={0} max={Math.max(1, most)} value={alarms} aria-hidden="true" /> <b>{formatCount(alarms)}</b>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

/** What raises most, each with the deadband or delay that would have spared most of it, and the way to try that. */
function BadActors({ card: { bad_actors: actors } }: { card: AlarmScorecard }): JSX.Element {
  return (
    <Panel id="bad-actors" title="What raises most" note="a few rules of a few sensors raise most alarms of a plant">
      {actors.length === 0 && <Empty>No alarm was raised.</Empty>}
      <ul class="actors">
        {actors.map((actor) => (
          <li key={`${actor.rule} ${actor.sensor_id}`}>
            <p class="actor-count"><b>{formatCount(actor.alarms)}</b> <span class="quiet">{actor.percent.toFixed(1)} %</span></p>
            <p>{anomalyInWords(actor.rule)} <span class="detail"><SensorName id={actor.sensor_id} name={actor.sensor_name} /></span></p>
            <Proposal actor={actor} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** A deadband is there only where it does as well as the delay. */
function Proposal({ actor }: { actor: AlarmScorecard['bad_actors'][number] }): JSX.Element {
  const { sensor_id: sensor, rule, alarms, proposal: delay, deadband_proposal: deadband } = actor
  const say = (what: string, after: number, before: number, setting: string, value: number): JSX.Element => (
    <p>
      {what}: {counted(after, 'alarm')} instead of {formatCount(before)}{' '}
      <a href={formatPlace('settings', { sensor, rule, [setting]: String(value) })}>Try it<span class="hidden"> at {sensor}</span></a>
    </p>
  )
  if (deadband !== null) {
    const { deadband: value, unit, alarms_before: before, alarms_after: after } = deadband
    return say(`Deadband of ${value} ${unit}`, after, before, 'deadband', value)
  }
  if (delay === null) return <p class="quiet">No delay{hasDeadband(rule) && ' and no deadband'} would have helped.</p>
  const what = `${delay.setting === 'off_delay_ms' ? 'Off-delay' : 'On-delay'} of ${formatDuration(delay.delay_ms)}`
  return say(what, delay.alarms_after, alarms, delay.setting, delay.delay_ms)
}

function Worst({ card, now }: { card: AlarmScorecard, now: number }): JSX.Element {
  return (
    <div class="worst">
      <Panel id="floods" title="Floods" note="the newest 10">
        {card.floods.length === 0 && <Empty>None.</Empty>}
        <ul class="lines">
          {card.floods.map(({ from, to, alarms }) => (
            <li key={from}><Time at={Date.parse(from)} now={now} /> to <Time at={Date.parse(to)} now={now} />: {counted(alarms, 'alarm')}</li>
          ))}
        </ul>
      </Panel>
      <Panel id="stale" title="Stale" note="the oldest 10">
        {card.stale.length === 0 && <Empty>None.</Empty>}
        <ul class="lines">
          {card.stale.map(({ sensor_id: sensor, sensor_name: name, rule, raised_at: at }) => (
            <li key={`${rule} ${sensor}`}>{anomalyInWords(rule)} at <SensorName id={sensor} name={name} />, for {formatAge(now - Date.parse(at))}</li>
          ))}
        </ul>
      </Panel>
      <Panel id="chattering" title="Chattering" note="the worst 10">
        {card.chattering.length === 0 && <Empty>None.</Empty>}
        <ul class="lines">
          {card.chattering.map(({ sensor_id: sensor, sensor_name: name, rule, most_per_minute: most }) => (
            <li key={`${rule} ${sensor}`}>{anomalyInWords(rule)} at <SensorName id={sensor} name={name} />: {formatCount(most)} transitions within a minute</li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}
