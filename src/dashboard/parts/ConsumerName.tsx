import type { JSX } from 'preact'
import { Name } from './Name.tsx'

/** How many colours style.css has for consumers; more consumers than that share them, and are told apart by their tag and name. */
const CONSUMER_COLOURS = 8

export interface ConsumerColours {
  readonly colours: ReadonlyMap<string, number>
}

export function colourClass(consumerId: string, colours: ReadonlyMap<string, number>): string {
  const place = colours.get(consumerId)
  // One that is only known from old events has none.
  return place === undefined ? 'consumer-colour-none' : `consumer-colour-${place % CONSUMER_COLOURS}`
}

/** A consumer by its colour, a short tag, and its name. */
export function ConsumerName({ id, colours }: { id: string } & ConsumerColours): JSX.Element {
  return (
    <span class="consumer-name">
      <span class={`consumer-tag ${colourClass(id, colours)}`} aria-hidden="true">{tagOf(id)}</span>
      <Name name={id} />
    </span>
  )
}

/** `consumer-002` → `2`; without a number at its end, the first letter. */
function tagOf(id: string): string {
  const number = /(\d{1,2})$/.exec(id)?.[1]
  return number === undefined ? id.charAt(0).toUpperCase() : String(Number(number))
}
