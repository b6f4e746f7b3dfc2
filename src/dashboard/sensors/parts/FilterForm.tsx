import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { SENSOR_TYPE_NAMES } from '../../../contract/sensor-types.ts'
import { SENSOR_STATUSES } from '../../../contract/sensor.ts'
import { sentence } from '../../words.ts'
import { SORTS, formatList } from '../place.ts'
import type { Filter } from '../place.ts'

/** Which sensors are listed. The choices count at once, the texts when the form is sent. */
export function FilterForm({ filter }: { filter: Filter }): JSX.Element {
  const [draft, setDraft] = useState(filter)
  // Somebody went to another place by a link, or back.
  useEffect(() => setDraft(filter), [JSON.stringify(filter)])
  const go = (next: Filter): void => {
    location.hash = formatList(next)
  }
  const send = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    go(draft)
  }
  const choice = (name: 'type' | 'status' | 'sort', label: string, options: readonly (readonly [string, string])[]): JSX.Element => (
    <p class="field">
      <label for={`sensors-${name}`}>{label}</label>
      <select id={`sensors-${name}`} value={draft[name]} onChange={({ currentTarget }) => go({ ...draft, [name]: currentTarget.value })}>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </p>
  )
  return (
    <form class="alarm-form" role="search" aria-label="Sensors to show" onSubmit={send}>
      {([['search', 'Name or id contains'], ['machine', 'Machine']] as const).map(([name, label]) => (
        <p key={name} class="field">
          <label for={`sensors-${name}`}>{label}</label>
          <input
            id={`sensors-${name}`} type="search" maxLength={256} autocomplete="off" spellcheck={false} placeholder="all" value={draft[name]}
            onInput={({ currentTarget }) => setDraft({ ...draft, [name]: currentTarget.value })}
          />
        </p>
      ))}
      {choice('type', 'Type', [['', 'all'], ...SENSOR_TYPE_NAMES.map((type) => [type, sentence(type)] as const)])}
      {choice('status', 'State', [['', 'in service'], ...SENSOR_STATUSES.map((status) => [status, sentence(status)] as const)])}
      {choice('sort', 'Order', SORTS)}
      <p class="buttons"><button type="submit" class="action main">Show</button></p>
    </form>
  )
}
