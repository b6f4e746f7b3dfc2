import type { JSX } from 'preact'
import { matchesIn } from '../matches-in.ts'

/** A text with what was searched for marked. */
export function Highlighted({ text, search }: { text: string, search: string }): JSX.Element {
  return <>{matchesIn(text, search).map((part, index) => (index % 2 === 0 ? part : <mark key={index}>{part}</mark>))}</>
}
