import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Alarm } from '../../../contract/alarm-api.ts'
import { ALARM_PRIORITIES, ALARM_RULES } from '../../../contract/alarm.ts'
import { counted } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import type { Access } from '../../use-session.ts'
import { anomalyInWords, sentence } from '../../words.ts'
import { withAnswers } from '../alarm-groups.ts'
import { filterOf, filterParts } from '../history-filter.ts'
import type { Filter } from '../history-filter.ts'
import { AlarmRow } from '../parts/AlarmRow.tsx'
import { formatPlace } from '../place.ts'
import { useAlarmActions } from '../use-alarm-actions.ts'
import { useAlarmPages } from '../use-alarm-pages.ts'

/** All alarms that there were, open or over, as they are found by what the address says; of open ones an operator can do here what can be done. */
export function History({ given, access, now }: { given: URLSearchParams, access: Access, now: number }): JSX.Element {
  const actions = useAlarmActions(access.check)
  /** What was done here: the list isn't read again by itself. */
  const done = useRef(new Map<string, Alarm>())
  for (const [id, alarm] of actions.answers) done.current.set(id, alarm)
  const may = access.session?.may.operate === true || access.form === 'ended'
  const filter = filterOf(given)
  const [again, setAgain] = useState(0)
  const { alarms, more, loading, problem, load } = useAlarmPages(new URLSearchParams(filterParts(filter)).toString(), again)
  return (
    <Panel id="alarm-history" title="History" note={alarms === null ? undefined : `${counted(alarms.length, 'alarm')}${more ? ', there are more' : ''}`}>
      <FilterForm
        filter={filter}
        submit={(next) => {
          const hash = formatPlace('history', filterParts(next))
          if (location.hash === hash) setAgain(again + 1)
          else location.hash = hash
        }}
      />
      {problem !== null && <p class="panel-line" role="alert"><Mark kind="critical" /><span class="wrong">{problem}</span></p>}
      {alarms?.length === 0 && !loading && <Empty>No alarm fits.</Empty>}
      {alarms !== null && alarms.length > 0 && (
        <ul class="alarm-list" aria-label="Alarms">
          {withAnswers(alarms, done.current).map((alarm) => (
            <li key={alarm.episode_id}>
              <AlarmRow alarm={alarm} now={now} actions={may && (alarm.ended_at === null || done.current.has(alarm.episode_id)) ? actions : null} />
            </li>
          ))}
        </ul>
      )}
      {loading && <Empty>Reading …</Empty>}
      {more && <button type="button" class="show-all" disabled={loading} onClick={load}>Load more</button>}
    </Panel>
  )
}

/** Nothing is asked before the form is sent. */
function FilterForm({ filter, submit }: { filter: Filter, submit: (next: Filter) => void }): JSX.Element {
  const [draft, setDraft] = useState(filter)
  // Somebody went to another place by a link, or back.
  useEffect(() => setDraft(filter), [JSON.stringify(filter)])
  const change = (part: Partial<Filter>): void => setDraft({ ...draft, ...part })
  const send = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    submit(draft)
  }
  return (
    <form class="alarm-form" aria-label="Alarms to show" onSubmit={send}>
      <p class="field">
        <label for="history-open">Which</label>
        <select id="history-open" value={draft.open} onChange={({ currentTarget }) => change({ open: currentTarget.value as Filter['open'] })}>
          <option value="">open and over</option><option value="true">open</option><option value="false">over</option>
        </select>
      </p>
      <p class="field narrow">
        <label for="history-priority">Priority</label>
        <select id="history-priority" value={draft.priority} onChange={({ currentTarget }) => change({ priority: currentTarget.value })}>
          <option value="">all</option>
          {ALARM_PRIORITIES.map((priority) => <option key={priority} value={priority}>{sentence(priority)}</option>)}
        </select>
      </p>
      <p class="field">
        <label for="history-rule">Rule</label>
        <select id="history-rule" value={draft.rule} onChange={({ currentTarget }) => change({ rule: currentTarget.value })}>
          <option value="">all</option>
          {ALARM_RULES.map((rule) => <option key={rule} value={rule}>{anomalyInWords(rule)}</option>)}
        </select>
      </p>
      {(['sensor', 'machine'] as const).map((name) => (
        <p key={name} class="field">
          <label for={`history-${name}`}>{sentence(name)}</label>
          <input
            id={`history-${name}`} type="search" maxLength={255} autocomplete="off" spellcheck={false} placeholder="all" value={draft[name]}
            onInput={({ currentTarget }) => change({ [name]: currentTarget.value })}
          />
        </p>
      ))}
      <p class="field">
        <label for="history-sort">Order</label>
        <select id="history-sort" value={draft.sort} onChange={({ currentTarget }) => change({ sort: currentTarget.value as Filter['sort'] })}>
          <option value="raised_at">newest first</option><option value="priority">most urgent first</option>
        </select>
      </p>
      <p class="buttons"><button type="submit" class="action main">Show</button></p>
    </form>
  )
}
