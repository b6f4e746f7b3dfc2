import { useEffect, useRef, useState } from 'preact/hooks'
import type { Session } from '../contract/access-api.ts'
import { logIn, logOut, readSession } from './session-requests.ts'
import { UNKNOWN_SESSION, loginForm, withLogout, withSession } from './session-state.ts'
import type { LoginForm } from './session-state.ts'
import { signOnProblem as problemIn } from './sign-on-problem.ts'

/** Who looks at the page, and the ways in and out. */
export interface Access {
  readonly session: Session | null
  readonly form: LoginForm
  /** Why the login didn't work from which the viewer comes back; null: they don't. */
  readonly signOnProblem: string | null
  /** Opens or closes the form of somebody who may read without it. */
  want(wanted: boolean): void
  /** Rejects with an error whose message can be shown. */
  login(name: string, password: string): Promise<void>
  logout(): Promise<void>
  /** Asks again who it is, now: something was refused. */
  check(): void
}

/** A sign of life, so that the session of somebody who only looks doesn't end: well within the 15 minutes that it has. */
const EVERY_MS = 60_000
/** While nothing comes: it may be because the session has ended. */
const IN_TROUBLE_EVERY_MS = 3_000

/** `troubled`: no figures come. */
export function useSession(troubled: boolean): Access {
  const [signOnProblem] = useState(takeSignOnProblem)
  const [state, setState] = useState({ ...UNKNOWN_SESSION, wanted: signOnProblem !== null })
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
    signOnProblem,
    want: (wanted) => setState((last) => ({ ...last, wanted })),
    async login(name, password) {
      await logIn(name, password)
      await refresh()
    },
    async logout() {
      await logOut()
      await refresh(true)
    },
    check: () => void refresh().catch(() => {}),
  }
}

/** Of this page, once: when it is loaded again the login isn't what went wrong. */
function takeSignOnProblem(): string | null {
  const found = problemIn(location.search)
  if (found === null) return null
  history.replaceState(history.state, '', location.pathname + found.search + location.hash)
  return found.sentence
}

export function mayNotRead({ session }: Access): boolean {
  return session !== null && !session.may.read
}
