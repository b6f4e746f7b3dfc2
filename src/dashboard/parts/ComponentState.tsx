import type { JSX } from 'preact'
import { saidGoodbye } from '../assessment.ts'
import { Mark } from './Mark.tsx'

interface Reported {
  readonly status: string
  readonly reported_status: string
}

/** `active`, `silent` (killed, hanging or unreachable), `stopped` (it said so itself), with the shape of each. */
export function ComponentState({ component }: { component: Reported }): JSX.Element {
  if (component.status === 'active') {
    return component.reported_status === 'error'
      ? <span class="state state-warning"><Mark kind="warning" />reports an error</span>
      : <span class="state"><Mark kind="normal" />active</span>
  }
  return saidGoodbye(component)
    ? <span class="state state-stopped"><Mark kind="stopped" />stopped</span>
    : <span class="state state-warning"><Mark kind="warning" />silent</span>
}

/** Inactive ones first, for a list that is cut; the order within stays. */
export function inactiveFirst<C extends { readonly status: string }>(components: readonly C[]): C[] {
  return [...components.filter(({ status }) => status !== 'active'), ...components.filter(({ status }) => status === 'active')]
}
