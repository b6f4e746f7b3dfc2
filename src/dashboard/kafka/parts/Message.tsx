import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { KafkaBytes, KafkaMessage } from '../../../contract/kafka-api.ts'
import { counted, formatCount, formatUtc } from '../../format.ts'
import { Time } from '../../parts/Time.tsx'
import { ask } from '../ask.ts'
import { deadLetterOf } from '../dead-letter.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { formatBytes } from '../format-bytes.ts'
import { NOWHERE } from '../location.ts'
import type { Location } from '../location.ts'
import { prettyJson } from '../pretty-json.ts'
import { previewOf } from '../preview.ts'
import { Highlighted } from './Highlighted.tsx'
import { ReplayQuestion } from './ReplayQuestion.tsx'

interface MessageProps {
  readonly topic: string
  readonly message: KafkaMessage
  readonly search: string
  readonly now: number
  readonly go: (next: Location) => void
  readonly mayReplay: boolean
}

/** Longer ones are opened on demand: a phone scrolls the page only. */
const SHOWN_LENGTH = 2_000

/** One message: a line with its time, place, key and begin, which opens to all of it. */
export function Message({ topic, message, search, now, go, mayReplay }: MessageProps): JSX.Element {
  const [open, setOpen] = useState(false)
  const letter = deadLetterOf(message)
  return (
    <li>
      <details class="message" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="message-time"><Time at={Date.parse(message.timestamp)} now={now} /></span>
          <span class="message-place">{message.partition}<span class="quiet">:</span>{formatCount(message.offset)}</span>
          <span class="message-key"><Short bytes={message.key} search={search} none="no key" /></span>
          <span class="message-value">
            {letter === null ? <Short bytes={message.value} search={search} none="no value" />
              : <><strong><Highlighted text={letter.reason} search={search} /></strong>: <Highlighted text={letter.detail} search={search} /></>}
          </span>
        </summary>
        {open && <Whole topic={topic} listed={message} search={search} letter={letter} go={go} mayReplay={mayReplay} />}
      </details>
    </li>
  )
}

function Short({ bytes, search, none }: { bytes: KafkaBytes | null, search: string, none: string }): JSX.Element {
  if (bytes === null) return <span class="quiet">{none}</span>
  if (bytes.encoding === 'base64') return <span class="quiet">{formatBytes(bytes.size_bytes)}, not text</span>
  if (bytes.text === '') return <span class="quiet">empty</span>
  return <Highlighted text={previewOf(bytes.text, search)} search={search} />
}

type WholeProps = Omit<MessageProps, 'message' | 'now'> & { readonly listed: KafkaMessage, readonly letter: DeadLetter | null }

function Whole({ topic, listed, search, letter, go, mayReplay }: WholeProps): JSX.Element {
  const [all, setAll] = useState<KafkaMessage | string | null>(null)
  const [asked, setAsked] = useState(false)
  const message = all === null || typeof all === 'string' ? listed : all
  const { partition, offset, key, value, headers } = message
  const cut = [key, value, ...headers.map((header) => header.value)].some((part) => part?.truncated === true)
  const loadAll = async (): Promise<void> => {
    const query = new URLSearchParams({ topic, partition: String(partition), offset: String(offset) })
    setAll(await ask<KafkaMessage>(`./api/kafka/message?${query.toString()}`).catch((error: unknown) => (error instanceof Error ? error.message : '')))
  }
  const place = (to: NonNullable<DeadLetter['origin']>): Location =>
    ({ ...NOWHERE, topic: to.topic, partition: to.partition, from: { kind: 'offset', offset: to.offset } })
  return (
    <dl class="message-parts">
      {letter !== null && (
        <>
          <dt>Refused</dt>
          <dd>
            <strong>{letter.reason}</strong>: {letter.detail}
            {letter.origin !== null && (
              <p>
                Was at offset {formatCount(letter.origin.offset)} of {letter.origin.topic}, partition {letter.origin.partition}.{' '}
                <button type="button" class="action" onClick={() => { if (letter.origin !== null) go(place(letter.origin)) }}>Show it there</button>
                {mayReplay && !asked && <>{' '}<button type="button" class="action" onClick={() => setAsked(true)}>Replay</button></>}
              </p>
            )}
            {letter.origin !== null && mayReplay && asked && (
              <ReplayQuestion choice={{ request: { letters: [letter.origin.letter] }, what: 'this message' }} close={() => setAsked(false)} />
            )}
          </dd>
        </>
      )}
      <dt>Time</dt><dd>{formatUtc(Date.parse(message.timestamp))}</dd>
      <dt>Key</dt><dd><Bytes bytes={key} search={search} /></dd>
      {headers.map((header, index) => (
        <div key={index} class="message-header"><dt>Header {header.name}</dt><dd><Bytes bytes={header.value} search={search} /></dd></div>
      ))}
      <dt>Value</dt>
      <dd>
        <Bytes bytes={value} search={search} />
        {cut && <button type="button" class="action" onClick={() => void loadAll()}>Load all of it</button>}
        {typeof all === 'string' && <p class="wrong" role="alert">{all}</p>}
      </dd>
    </dl>
  )
}

function Bytes({ bytes, search }: { bytes: KafkaBytes | null, search: string }): JSX.Element {
  const [whole, showWhole] = useState(false)
  if (bytes === null) return <span class="quiet">none</span>
  const { encoding, text, size_bytes: sizeBytes, truncated } = bytes
  const pretty = encoding === 'utf8' && !truncated ? prettyJson(text) : null
  const notes = [
    pretty === null ? null : 'JSON', encoding === 'base64' ? 'not text; shown as base64' : null, formatBytes(sizeBytes),
    truncated ? 'only the beginning was loaded' : null,
  ].filter((note) => note !== null)
  const shown = pretty ?? text
  return (
    <>
      <pre><Highlighted text={whole ? shown : shown.slice(0, SHOWN_LENGTH)} search={search} /></pre>
      {shown.length > SHOWN_LENGTH && (
        <button type="button" class="action" aria-expanded={whole} onClick={() => showWhole(!whole)}>
          {whole ? 'Show the beginning only' : `Show all ${counted(shown.length, 'character')}`}
        </button>
      )}
      {(sizeBytes > 100 || truncated || encoding === 'base64') && <p class="quiet bytes-note">{notes.join(', ')}</p>}
    </>
  )
}
