import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AlarmSettingsAnswer } from '../../../contract/alarm-api.ts'
import { usePolled } from '../../kafka/use-polled.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import type { Access } from '../../use-session.ts'
import { SetSettings } from '../parts/SetSettings.tsx'
import { SettingForm } from '../parts/SettingForm.tsx'
import { draftOf } from '../setting-draft.ts'

const EVERY_MS = 10_000

/** What alarms are raised by: the limits and delays that hold, what was set and by whom, and the form that changes them. */
export function Settings({ given, access, now }: { given: URLSearchParams, access: Access, now: number }): JSX.Element {
  const polled = usePolled<AlarmSettingsAnswer>('./api/alarm-settings', EVERY_MS)
  /** Newer than what is polled. */
  const [changed, setChanged] = useState<AlarmSettingsAnswer | null>(null)
  useEffect(() => setChanged(null), [polled.at])
  const answer = changed ?? polled.data
  return (
    <>
      <Panel id="setting" title="Limits and delays" note="of a rule, for all sensors of a type or for one">
        {polled.error !== null && <p class="panel-line" role="alert"><Mark kind="warning" /><span>{polled.error}</span></p>}
        {answer === undefined && polled.error === null && <Empty>Waiting for the settings.</Empty>}
        {answer !== undefined && <SettingForm key={given.toString()} begin={draftOf(given)} answer={answer} access={access} took={setChanged} />}
      </Panel>
      {answer !== undefined && <SetSettings answer={answer} access={access} now={now} took={setChanged} />}
    </>
  )
}
