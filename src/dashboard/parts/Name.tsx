import type { JSX } from 'preact'
import { shortened } from '../format.ts'

/** A name that somebody else chose, of up to 256 characters: shortened for the eye, whole on hover and for screen readers. */
export function Name({ name }: { name: string }): JSX.Element {
  const short = shortened(name)
  if (short === name) return <span class="name">{name}</span>
  return <span class="name" title={name}><span aria-hidden="true">{short}</span><span class="hidden">{name}</span></span>
}
