import type { JSX, TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import type { Session } from '../../contract/access-api.ts'
import type { Access } from '../use-session.ts'
import { Mark } from './Mark.tsx'

const TITLES = { needed: 'Log in', wanted: 'Log in', ended: 'The session has ended' } as const
const WORDS = {
  needed: 'Reading needs a login here.', wanted: null,
  ended: 'Log in to go on. What is below stays as it was.',
} as const

/** The form of the login, where there has to be one: alone on the page, or above it. */
export function Login({ access }: { access: Access }): JSX.Element | null {
  const [problem, setProblem] = useState(access.signOnProblem)
  const [waiting, setWaiting] = useState(false)
  const { form } = access
  if (form === 'none') return null

  const cancel = (): void => {
    setProblem(null)
    access.want(false)
  }
  const send = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const element = event.currentTarget
    const given = new FormData(element)
    setProblem(null)
    setWaiting(true)
    try {
      await access.login(given.get('name') as string, given.get('password') as string)
    } catch (error) {
      setProblem((error as Error).message)
      const password = element.elements.namedItem('password') as HTMLInputElement
      password.value = ''
      password.focus()
    } finally {
      setWaiting(false)
    }
  }
  return (
    <section class={`login ${form === 'needed' ? '' : 'login-above'}`} aria-labelledby="login-title">
      <h2 id="login-title">{TITLES[form]}</h2>
      {WORDS[form] !== null && <p class="login-words" role="status">{WORDS[form]}</p>}
      {access.session !== null && <SingleSignOn session={access.session} />}
      <form onSubmit={(event) => void send(event)}>
        <p class="field">
          <label for="login-name">Name</label>
          <input id="login-name" name="name" required maxLength={64} autocomplete="username" autocapitalize="none" spellcheck={false} />
        </p>
        <p class="field">
          <label for="login-password">Password</label>
          <input id="login-password" name="password" type="password" required maxLength={256} autocomplete="current-password" />
        </p>
        <p class="buttons">
          <button type="submit" class="action main" disabled={waiting}>{waiting ? 'Logging in' : 'Log in'}</button>
          {form === 'wanted' && <button type="button" class="action" onClick={cancel}>Cancel</button>}
        </p>
        {problem !== null && <p class="login-problem" role="alert"><Mark kind="critical" />{problem}</p>}
      </form>
    </section>
  )
}

/** The way to the provider, where there is one, and back to this page. */
function SingleSignOn({ session: { single_sign_on: signOn } }: { session: Session }): JSX.Element | null {
  if (signOn === null) return null
  const here = location.pathname + location.search + location.hash
  return (
    <div class="login-sso">
      <a class="action main" href={`${signOn.url}?to=${encodeURIComponent(here)}`}>{signOn.label}</a>
      <p>or with a name and a password:</p>
    </div>
  )
}
