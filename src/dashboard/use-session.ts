import { useEffect, useRef, useState } from 'preact/hooks'
import type { Session } from '../contract/access-api.ts'
import { logIn, logOut, readSession } from './session-requests.ts'
import { UNKNOWN_SESSION, loginForm, withLogout, withSession } from './session-state.ts'
import type { LoginForm } from './session-state.ts'

/** Who looks at the page, and the ways in and out. */
export interface Access {
  readonly session: Session | null
  readonly form: LoginForm
  /** Opens or closes the form of somebody who may read without it. */
  want(wanted: boolean): void
  /** Rejects with an error whose message can be shown. */
  login(name: string, password: string): Promise<void>
  logout(): Promise<void>
}

/** A sign of life, so that the session of somebody who only looks doesn't end: well within the 15 minutes that it has. */
const EVERY_MS = 60_000
/** While nothing comes: it may be because the session has ended. */
const IN_TROUBLE_EVERY_MS = 3_000

/** `troubled`: no figures come. */
export function useSession(troubled: boolean): Access {
  const [state, setState] = useState(UNKNOWN_SESSION)
  const asked = useRef(0)

  async function refresh(loggedOut = false): Promise<void> {
    const number = ++asked.current
    const session = await readSession()
    // An answer to an older question must not undo what a newer one told.
    if (number === asked.current) setState((last) => (loggedOut ? withLogout(session) : withSession(last, session)))
  }

  useEffect(() => {
    // What fails is asked again; that the service doesn't answer is said by those who wait for figures.
    const look = (): void => void refresh().catch(() => {})
    look()
    const timer = setInterval(look, troubled ? IN_TROUBLE_EVERY_MS : EVERY_MS)
    return () => clearInterval(timer)
  }, [troubled])

  return {
    session: state.session,
    form: loginForm(state),
    want: (wanted) => setState((last) => ({ ...last, wanted })),
    async login(name, password) {
      await logIn(name, password)
      await refresh()
    },
    async logout() {
      await logOut()
      await refresh(true)
    },
  }
}

export function mayNotRead({ session }: Access): boolean {
  return session !== null && !session.may.read
}
