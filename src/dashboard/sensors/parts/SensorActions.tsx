import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SensorDetail } from '../../../contract/history-api.ts'
import { WayToAct } from '../../alarms/parts/WayToAct.tsx'
import type { Access } from '../../use-session.ts'
import type { KnownSensor, SensorAction } from '../use-sensor.ts'
import { SensorForm } from './SensorForm.tsx'

type Does = SensorAction['does']
const TEXTS: Readonly<Record<Does, string>> = { rename: 'Rename', replace: 'Replace', decommission: 'Decommission', recommission: 'Back in service' }

/** The buttons of what an operator can do to a sensor, each of which opens a form with a reason. */
export function SensorActions({ sensor, access, act }: { sensor: SensorDetail, access: Access, act: KnownSensor['act'] }): JSX.Element {
  const [opened, setOpened] = useState<Does | null>(null)
  const place = useRef<HTMLParagraphElement>(null)
  const closed = useRef<number | null>(null)
  useEffect(() => {
    // The button that opened the form may say something else now.
    if (closed.current !== null) place.current?.querySelectorAll('button')[closed.current]?.focus({ preventScroll: true })
    closed.current = null
  }, [opened])
  const may = access.session?.may.operate === true || access.form === 'ended'
  if (!may) return <WayToAct access={access} to="change it" />
  const does: readonly Does[] = ['rename', 'replace', sensor.status === 'decommissioned' ? 'recommission' : 'decommission']
  const close = (): void => {
    closed.current = opened === null ? null : Math.min(Object.keys(TEXTS).indexOf(opened), does.length - 1)
    setOpened(null)
  }
  return (
    <div class="sensor-actions">
      <p class="buttons" ref={place}>
        {does.map((each) => (
          <button key={each} type="button" class="action" aria-expanded={opened === each} onClick={() => setOpened(opened === each ? null : each)}>
            {TEXTS[each]}<span class="hidden"> {sensor.sensor_id}</span>
          </button>
        ))}
      </p>
      {opened !== null && <SensorForm key={opened} does={opened} sensor={sensor} act={act} close={close} />}
    </div>
  )
}
