import type { JSX } from 'preact'
import type { Access } from '../../use-session.ts'

/** Why whoever looks can't do what there is `to` do, such as `acknowledge`, and the way to it; nothing for an operator. */
export function WayToAct({ access: { session, want }, to }: { access: Access, to: string }): JSX.Element | null {
  if (session === null || session.may.operate) return null
  if (session.account !== null) return <p class="way-to-act">With the role {session.role} you can look; it takes an operator to {to}.</p>
  if (!session.accounts && session.single_sign_on === null) {
    return <p class="way-to-act"><span>It takes an account to {to}, and there is none yet: <code>make admin NAME=…</code> makes one.</span></p>
  }
  return <p class="way-to-act"><button type="button" class="action" onClick={() => want(true)}>Log in to {to}</button></p>
}
