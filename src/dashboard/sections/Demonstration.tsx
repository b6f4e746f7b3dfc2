import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DemoService } from '../../contract/demo-api.ts'
import { Mark } from '../parts/Mark.tsx'
import type { MarkKind } from '../parts/Mark.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { useDemo } from '../use-demo.ts'
import type { DemoControl } from '../use-demo.ts'

const MARKS: Readonly<Record<DemoService['state'], MarkKind>> = {
  running: 'normal', starting: 'unknown', restarting: 'warning', stopping: 'unknown', stopped: 'stopped', killed: 'critical', failed: 'critical',
}
const REVIVED = ['killed', 'failed']
const KILLED = ['starting', 'running', 'restarting']

/** Every service that may be killed, with its state and, for the holder of the token, a button. `token`: of the link by which the page was opened. */
export function Demonstration({ token }: { token: string | null }): JSX.Element {
  const control = useDemo()
  const { demo, problem } = control
  return (
    <Panel id="demo" title="Demonstration" note={demo?.may === true ? 'kill -9; what is killed stays dead until it is revived' : undefined}>
      {demo === undefined && problem === null && <Empty>Waiting for the services.</Empty>}
      {demo?.may === false && <TokenForm control={control} token={token} />}
      {problem !== null && <p class="demo-problem" role="alert"><Mark kind="critical" />{problem}</p>}
      {demo !== undefined && (
        <ul class="demo-services">
          {demo.services.map((service) => <ServiceRow key={service.name} service={service} may={demo.may} control={control} />)}
        </ul>
      )}
    </Panel>
  )
}

function ServiceRow({ service: { name, state }, may, control }: { service: DemoService, may: boolean, control: DemoControl }): JSX.Element {
  const command = REVIVED.includes(state) ? 'revive' : KILLED.includes(state) ? 'kill' : null
  const waiting = control.busy === name
  return (
    <li class={`demo-service ${command === 'revive' ? 'demo-dead' : ''}`}>
      <p>
        <span class="name">{name}</span>
        <span class="state"><Mark kind={MARKS[state]} />{state}</span>
      </p>
      {may && (
        <button
          type="button" class={`action ${command === 'revive' ? 'main' : ''}`} disabled={command === null || control.busy !== null}
          onClick={() => { if (command !== null) control.act(name, command) }}
        >
          {waiting ? 'Waiting' : command === 'revive' ? 'Revive' : 'Kill'}<span class="hidden"> {name}</span>
        </button>
      )}
    </li>
  )
}

/** It is good once, and the form may come again. */
const tried = new Set<string>()

/** For whoever has no right yet. A token of the address is tried by itself. */
function TokenForm({ control, token }: { control: DemoControl, token: string | null }): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null)
  const [waiting, setWaiting] = useState(token !== null)

  async function exchange(given: string): Promise<void> {
    setProblem(null)
    setWaiting(true)
    try {
      await control.exchange(given)
    } catch (error) {
      setProblem((error as Error).message)
      setWaiting(false)
    }
  }

  useEffect(() => {
    if (token === null || tried.has(token)) return setWaiting(false)
    tried.add(token)
    void exchange(token)
  }, [token])
  const send = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void exchange((new FormData(event.currentTarget).get('token') as string).trim())
  }
  return (
    <form class="demo-token" onSubmit={send}>
      <p class="demo-words">To kill and revive services you need the token that <code>make all DEMO=1</code> prints. It is good once.</p>
      <p class="field">
        <label for="demo-token">Token</label>
        <input id="demo-token" name="token" required maxLength={200} autocomplete="off" autocapitalize="none" spellcheck={false} />
      </p>
      <p class="buttons"><button type="submit" class="action main" disabled={waiting}>{waiting ? 'Waiting' : 'Use token'}</button></p>
      {problem !== null && <p class="demo-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </form>
  )
}
