import type { ComponentChildren, JSX, TargetedSubmitEvent } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { AlarmSetting, AlarmSettingsAnswer, WhatIfAnswer } from '../../../contract/alarm-api.ts'
import { LIMIT_RANGES } from '../../../contract/alarm-limits.ts'
import type { LimitRange } from '../../../contract/alarm-limits.ts'
import { ALARM_PRIORITIES, ALARM_RULES } from '../../../contract/alarm.ts'
import type { AlarmRule } from '../../../contract/alarm.ts'
import { SENSOR_TYPE_NAMES } from '../../../contract/sensor-types.ts'
import { ask } from '../../kafka/ask.ts'
import { Mark } from '../../parts/Mark.tsx'
import { useTyped } from '../../parts/use-typed.ts'
import { post, put } from '../../session-requests.ts'
import type { Access } from '../../use-session.ts'
import { anomalyInWords, sentence } from '../../words.ts'
import {
  hasDeadband, hasLimit, limitLabel, scopeOnly, settingBody, settingInWords, unitOf, whatIfBody, withSet,
} from '../setting-draft.ts'
import type { Detector, Draft } from '../setting-draft.ts'
import { WayToAct } from './WayToAct.tsx'
import { WhatIfResult } from './WhatIfResult.tsx'

const HOURS = [[1, 'the last hour'], [8, 'the last 8 hours'], [24, 'the last day'], [168, 'the last 7 days']] as const
const ONE_SENSOR = 'one sensor'
const NOT_NEGATIVE = { least: 0 } as const

interface SettingFormProps {
  readonly begin: Draft
  readonly answer: AlarmSettingsAnswer
  readonly access: Access
  /** The settings after a change. */
  readonly took: (answer: AlarmSettingsAnswer) => void
}

type NumberName = 'limit' | 'deadband' | 'onDelayS' | 'offDelayS' | 'reAlarmS'
type Said = { readonly kind: 'done' | 'critical', readonly text: string } | null

/** Sets a rule, with a reason; before that, tells what the stored readings would have raised with it. */
export function SettingForm({ begin, answer, access, took }: SettingFormProps): JSX.Element {
  const [draft, setDraft] = useState(() => withSet(begin, answer))
  const [hours, setHours] = useState<number>(HOURS[1][0])
  const [detector, setDetector] = useState<Detector | ''>('')
  const [result, setResult] = useState<WhatIfAnswer | null>(null)
  const [said, say] = useState<Said>(null)
  const [waiting, setWaiting] = useState<'set' | 'what-if' | null>(null)
  const reason = useRef<HTMLInputElement>(null)
  const change = (part: Partial<Draft>): void => {
    setDraft({ ...draft, ...part })
    setResult(null)
    say(null)
  }
  const pickDetector = (mode: Detector | ''): void => {
    setDetector(mode)
    setResult(null)
  }
  const rescope = (part: Partial<Draft>): void => change(withSet(scopeOnly({ ...draft, ...part }), answer))
  const typedSensor = useTyped(draft.sensor, (sensor) => rescope({ sensor }))
  const holds = answer.types.find((each) => each.sensor_type === draft.sensorType && each.rule === draft.rule)
  const unit = unitOf(draft.sensorType)
  const may = access.session?.may.operate === true || access.form === 'ended'

  async function run(what: 'set' | 'what-if', work: () => Promise<void>): Promise<void> {
    say(null)
    setWaiting(what)
    try {
      await work()
    } catch (error) {
      say({ kind: 'critical', text: (error as Error).message })
      access.check()
    } finally {
      setWaiting(null)
    }
  }
  const tryOut = (): void => void run('what-if', async () => {
    setResult(null)
    setResult(await post<WhatIfAnswer>('./api/what-if', whatIfBody(draft, hours, Date.now(), detector)))
  })
  const save = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const because = reason.current?.value.trim() ?? ''
    if (because === '') return say({ kind: 'critical', text: 'Say why: others have to know.' })
    void run('set', async () => {
      const set = await put<AlarmSetting>('./api/alarm-settings', settingBody(draft, because))
      if (reason.current !== null) reason.current.value = ''
      say({ kind: 'done', text: `Set: ${settingInWords(set, unit)}. The consumers take it over within seconds.` })
      took(await ask<AlarmSettingsAnswer>('./api/alarm-settings'))
    })
  }
  const number = (name: NumberName, label: string, now: number | null | undefined, range: Partial<LimitRange> | null): JSX.Element => (
    <Field id={name} label={label}>
      <input
        id={`setting-${name}`} type="number" value={draft[name]} placeholder={now === null || now === undefined ? '' : `now ${now}`}
        step={range?.whole === true ? 1 : 'any'} min={range?.least ?? undefined} max={range?.most ?? undefined}
        onInput={({ currentTarget }) => change({ [name]: currentTarget.value })}
      />
    </Field>
  )
  return (
    <form class="alarm-form setting-form" aria-label="Limits and delays" onSubmit={save}>
      <Field id="scope" label="Of">
        <select
          id="setting-scope" value={draft.sensorType === '' ? ONE_SENSOR : draft.sensorType}
          onChange={({ currentTarget }) => rescope(currentTarget.value === ONE_SENSOR ? { sensorType: '' } : { sensorType: currentTarget.value, sensor: '' })}
        >
          {SENSOR_TYPE_NAMES.map((type) => <option key={type} value={type}>all {type} sensors</option>)}
          <option value={ONE_SENSOR}>one sensor</option>
        </select>
      </Field>
      {draft.sensorType === '' && (
        <Field id="sensor" label="Sensor">
          <input id="setting-sensor" required maxLength={255} autocomplete="off" spellcheck={false} {...typedSensor} />
        </Field>
      )}
      <Field id="rule" label="Rule" wide>
        <select id="setting-rule" value={draft.rule} onChange={({ currentTarget }) => rescope({ rule: currentTarget.value as AlarmRule })}>
          {ALARM_RULES.map((rule) => <option key={rule} value={rule}>{anomalyInWords(rule)}</option>)}
        </select>
      </Field>
      <p class="holds">{holds === undefined ? 'What is left empty is as it is for the sensor\'s type.' : `Holds now: ${settingInWords(holds, unit)}.`}</p>
      {hasLimit(draft.rule) && number('limit', limitLabel(draft.rule, unit), holds?.limit, LIMIT_RANGES[draft.rule])}
      {hasDeadband(draft.rule) && number('deadband', `Deadband${unit === '' ? '' : `, ${unit}`}`, holds?.deadband, NOT_NEGATIVE)}
      {number('onDelayS', 'On-delay, s', seconds(holds?.on_delay_ms), NOT_NEGATIVE)}
      {number('offDelayS', 'Off-delay, s', seconds(holds?.off_delay_ms), NOT_NEGATIVE)}
      {number('reAlarmS', 'Raised again after, s', seconds(holds?.re_alarm_ms), { least: 0.001 })}
      <Field id="priority" label="Priority">
        <select id="setting-priority" value={draft.priority} onChange={({ currentTarget }) => change({ priority: currentTarget.value })}>
          <option value="">not set</option>
          {ALARM_PRIORITIES.map((priority) => <option key={priority} value={priority}>{sentence(priority)}</option>)}
        </select>
      </Field>
      <Choice id="enabled" label="Raises alarms" yes="yes" no="no" value={draft.enabled} change={(enabled) => change({ enabled })} />
      <Choice
        id="latch" label="When it has cleared" yes="stays until it is reset" no="goes by itself" value={draft.latch} change={(latch) => change({ latch })}
      />
      <WayToAct access={access} to="change them" />
      {may && (
        <div class="setting-steps">
          <Field id="hours" label="What if, with the readings of">
            <select id="setting-hours" value={String(hours)} onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}>
              {HOURS.map(([value, text]) => <option key={value} value={String(value)}>{text}</option>)}
            </select>
          </Field>
          {draft.rule === 'learned_anomaly' && (
            <Field id="detector" label="With the detector">
              <select id="setting-detector" value={detector} onChange={({ currentTarget }) => pickDetector(currentTarget.value as Detector | '')}>
                <option value="">that is in use</option><option value="full">full</option><option value="lite">lite</option>
              </select>
            </Field>
          )}
          <p class="buttons">
            <button type="button" class="action" disabled={waiting !== null} onClick={tryOut}>{waiting === 'what-if' ? 'Computing' : 'What if'}</button>
          </p>
          <p class="field wide">
            <label for="setting-reason">Reason</label>
            <input id="setting-reason" ref={reason} maxLength={500} autocomplete="off" />
          </p>
          <p class="buttons"><button type="submit" class="action main" disabled={waiting !== null}>{waiting === 'set' ? 'Setting' : 'Set'}</button></p>
        </div>
      )}
      <div class="setting-said" role="status">
        {said?.kind === 'done' && <p><Mark kind="done" />{said.text}</p>}
        {waiting === 'what-if' && <p class="quiet">Running the stored readings through both: a few seconds, at most 12.</p>}
        {result !== null && <WhatIfResult result={result} />}
      </div>
      {said?.kind === 'critical' && <p class="alarm-problem" role="alert"><Mark kind="critical" />{said.text}</p>}
    </form>
  )
}

function Field({ id, label, wide = false, children }: { id: string, label: string, wide?: boolean, children: ComponentChildren }): JSX.Element {
  return <p class={`field ${wide ? 'wide' : ''}`}><label for={`setting-${id}`}>{label}</label>{children}</p>
}

interface ChoiceProps {
  readonly id: string
  readonly label: string
  readonly yes: string
  readonly no: string
  readonly value: Draft['latch']
  readonly change: (value: Draft['latch']) => void
}

function Choice({ id, label, yes, no, value, change }: ChoiceProps): JSX.Element {
  return (
    <Field id={id} label={label}>
      <select id={`setting-${id}`} value={value} onChange={({ currentTarget }) => change(currentTarget.value as Draft['latch'])}>
        <option value="">not set</option><option value="true">{yes}</option><option value="false">{no}</option>
      </select>
    </Field>
  )
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1_000
}
