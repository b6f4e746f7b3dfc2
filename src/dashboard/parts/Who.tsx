import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Access } from '../use-session.ts'

/** Who is logged in, and the way out; or the way in, where reading doesn't need it. Nothing where nobody can log in. */
export function Who({ access }: { access: Access }): JSX.Element | null {
  const [problem, setProblem] = useState<string | null>(null)
  const { session, form } = access
  if (session === null || (session.account === null && form !== 'none')) return null
  if (session.account === null) {
    const possible = session.accounts || session.single_sign_on !== null
    return possible ? <p class="who"><button type="button" class="action" onClick={() => access.want(true)}>Log in</button></p> : null
  }
  const leave = (): void => {
    setProblem(null)
    access.logout().catch((error: Error) => setProblem(error.message))
  }
  return (
    <p class="who">
      <span class="who-name" title={`${session.account}, role ${session.role}`}>{session.account}</span>
      <span>{session.role}</span>
      <button type="button" class="action" onClick={leave}>Log out</button>
      {problem !== null && <span class="connection-lost" role="alert">{problem}</span>}
    </p>
  )
}
