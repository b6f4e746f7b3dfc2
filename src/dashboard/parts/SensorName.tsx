import type { JSX } from 'preact'
import { Name } from './Name.tsx'

/** A sensor as people call it, with the id that messages know it by; its id alone where it has no name. */
export function SensorName({ id, name }: { id: string, name: string | null }): JSX.Element {
  if (name === null) return <Name name={id} />
  return <><Name name={name} /> <span class="sensor-id"><Name name={id} /></span></>
}
