import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ReplayAnswer, ReplayRequest } from '../../../contract/kafka-api.ts'
import { counted } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { post } from '../../session-requests.ts'

export interface ReplayChoice {
  readonly request: ReplayRequest
  /** `12 messages refused as not_json` */
  readonly what: string
}

type Step = { readonly at: 'asking' | 'sending' } | { readonly at: 'done', readonly answer: ReplayAnswer } | { readonly at: 'failed', readonly problem: string }

/** Says what a replay does before it is done, and afterwards what came of the request. */
export function ReplayQuestion({ choice, close }: { choice: ReplayChoice, close: () => void }): JSX.Element {
  const [step, setStep] = useState<Step>({ at: 'asking' })
  const place = useRef<HTMLDivElement>(null)
  // Who uses the keyboard, or hears the page, is led to it.
  useEffect(() => place.current?.focus(), [])
  const send = async (): Promise<void> => {
    setStep({ at: 'sending' })
    try {
      setStep({ at: 'done', answer: await post<ReplayAnswer>('./api/kafka/dead-letters/replay', choice.request) })
    } catch (error) {
      setStep({ at: 'failed', problem: (error as Error).message })
    }
  }
  return (
    <div class="replay-question" role="group" aria-label="Replay" tabIndex={-1} ref={place}>
      {step.at !== 'done' && (
        <>
          <p><strong>Replay {choice.what}?</strong></p>
          <p>
            Each goes back into its topic as it was received, once, and is checked again. That helps when the system has changed since: a sensor
            type was added, RETENTION_RAW_DAYS was raised, a fault was mended. What is still wrong is refused again, as a new dead letter.
          </p>
        </>
      )}
      {step.at === 'done' && <p role="status"><Mark kind="normal" /><span>{said(step.answer)}</span></p>}
      {step.at === 'failed' && <p role="alert"><Mark kind="critical" /><span class="wrong">{step.problem} Asking again does no harm.</span></p>}
      <p class="buttons">
        {step.at !== 'done' && (
          <button type="button" class="action main" disabled={step.at === 'sending'} onClick={() => void send()}>
            {step.at === 'sending' ? 'Requesting' : `Replay ${choice.what}`}
          </button>
        )}
        <button type="button" class="action" onClick={close}>{step.at === 'done' ? 'Close' : 'Cancel'}</button>
      </p>
    </div>
  )
}

function said({ requested, remaining }: ReplayAnswer): string {
  if (requested === 0) return 'Nothing new to replay: it was requested before.'
  const left = remaining === 0 ? '' : ` ${counted(remaining, 'message')} more can be replayed: ask again for them.`
  return `${counted(requested, 'message')} requested; the consumers send ${requested === 1 ? 'it' : 'them'} within seconds.${left}`
}
