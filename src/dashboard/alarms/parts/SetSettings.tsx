import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AlarmSetting, AlarmSettingsAnswer } from '../../../contract/alarm-api.ts'
import { ask } from '../../kafka/ask.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { Time } from '../../parts/Time.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import { post } from '../../session-requests.ts'
import type { Access } from '../../use-session.ts'
import { scopeInWords, settingInWords, unitOf } from '../setting-draft.ts'

const MOST_ROWS = 20

interface SetSettingsProps {
  readonly answer: AlarmSettingsAnswer
  readonly access: Access
  readonly now: number
  readonly took: (answer: AlarmSettingsAnswer) => void
}

/** What was set, newest first, by whom and why, and the way back. */
export function SetSettings({ answer, access, now, took }: SetSettingsProps): JSX.Element {
  const { shown, button } = useShortened(answer.set, MOST_ROWS, 'setting')
  const may = access.session?.may.operate === true || access.form === 'ended'
  return (
    <Panel id="set" title="What was set" note="newest first; the rest is as it comes">
      {answer.set.length === 0 && <Empty>Nothing: all is as it comes.</Empty>}
      <ul class="lines">
        {shown.map((set) => <SetSetting key={`${set.sensor_type} ${set.sensor_id} ${set.rule}`} set={set} may={may} access={access} now={now} took={took} />)}
      </ul>
      {button}
    </Panel>
  )
}

interface SetSettingProps extends Omit<SetSettingsProps, 'answer'> {
  readonly set: AlarmSetting
  readonly may: boolean
}

function SetSetting({ set, may, access, now, took }: SetSettingProps): JSX.Element {
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const reason = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => { if (asking) reason.current?.focus({ preventScroll: true }) }, [asking])
  const close = (): void => {
    setAsking(false)
    button.current?.focus({ preventScroll: true })
  }
  const undo = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    setProblem(null)
    const { sensor_type: type, sensor_id: sensor, rule } = set
    try {
      const scope = sensor === null ? { sensor_type: type } : { sensor_id: sensor }
      await post('./api/alarm-settings/undo', { ...scope, rule, reason: reason.current?.value.trim() })
      took(await ask<AlarmSettingsAnswer>('./api/alarm-settings'))
      close()
    } catch (error) {
      setProblem((error as Error).message)
      access.check()
    }
  }
  const what = scopeInWords(set)
  return (
    <li class="set-setting">
      <p>
        <strong>{what}</strong>: {settingInWords(set, unitOf(set.sensor_type))}
        <span class="detail">{set.undo ? 'Undone' : 'Set'} by {set.changed_by}, <Time at={Date.parse(set.changed_at)} now={now} />: {set.reason}</span>
      </p>
      {may && (
        <button type="button" class="action" ref={button} aria-expanded={asking} onClick={() => setAsking(!asking)}>
          Undo<span class="hidden"> {what}</span>
        </button>
      )}
      {asking && (
        <form
          class="alarm-form" aria-label={`Undo ${what}`} onSubmit={(event) => void undo(event)}
          onKeyDown={({ key }) => { if (key === 'Escape') close() }}
        >
          <p class="field wide">
            <label for={`undo-${set.setting_id}`}>Go back to what was set before, because</label>
            <input id={`undo-${set.setting_id}`} ref={reason} required maxLength={500} pattern=".*\S.*" autocomplete="off" />
          </p>
          <p class="buttons">
            <button type="submit" class="action main">Go back</button>
            <button type="button" class="action" onClick={close}>Cancel</button>
          </p>
        </form>
      )}
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </li>
  )
}
