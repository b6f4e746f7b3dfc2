import type { Session } from '../contract/access-api.ts'

/** What the page knows of its viewer. */
export interface SessionState {
  /** Null: not known yet. */
  readonly session: Session | null
  /** What the viewer had is over, and not because they logged out. */
  readonly ended: boolean
  /** The viewer may read, and yet wants to log in. */
  readonly wanted: boolean
}

/**
 * `needed`: nothing may be seen without a login. `ended`: the page stays as it was, with a form above it. `wanted`: the same, while the page
 * goes on. `none`: there is no form.
 */
export type LoginForm = 'none' | 'needed' | 'ended' | 'wanted'

export const UNKNOWN_SESSION: SessionState = { session: null, ended: false, wanted: false }

export function withSession(state: SessionState, session: Session): SessionState {
  const before = state.session
  const lost = before !== null && ((before.may.read && !session.may.read) || (before.account !== null && session.account === null))
  const regained = session.account !== null || (before !== null && !before.may.read && session.may.read)
  return { session, ended: lost || (state.ended && !regained), wanted: state.wanted && session.account === null }
}

/** After a logout everything begins anew: what was seen isn't shown any more. */
export function withLogout(session: Session): SessionState {
  return { ...UNKNOWN_SESSION, session }
}

export function loginForm({ session, ended, wanted }: SessionState): LoginForm {
  if (session === null) return 'none'
  if (ended) return 'ended'
  if (!session.may.read) return 'needed'
  return wanted ? 'wanted' : 'none'
}
