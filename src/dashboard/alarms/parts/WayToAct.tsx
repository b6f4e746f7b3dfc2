import type { JSX } from 'preact'
import type { Access } from '../../use-session.ts'

/** Why whoever looks has no buttons, and the way to them; nothing for an operator. */
export function WayToAct({ access: { session, want } }: { access: Access }): JSX.Element | null {
  if (session === null || session.may.operate) return null
  if (session.account !== null) return <p class="way-to-act">With the role {session.role} alarms can be seen; an operator acknowledges them.</p>
  if (!session.accounts && session.single_sign_on === null) {
    return <p class="way-to-act"><span>Acknowledging needs an account, and there is none yet: <code>make admin NAME=…</code> makes one.</span></p>
  }
  return <p class="way-to-act"><button type="button" class="action" onClick={() => want(true)}>Log in to acknowledge</button></p>
}
