import type { JSX } from 'preact'
import type { KafkaDeadLetters } from '../../../contract/kafka-api.ts'
import { counted, formatCount } from '../../format.ts'
import type { Access } from '../../use-session.ts'

interface ReplayStateProps {
  readonly replay: KafkaDeadLetters['replay']
  readonly access: Access
  readonly replayAll: () => void
}

/** How many dead letters can be replayed, by whom, and what became of those that were. */
export function ReplayState({ replay, access, replayAll }: ReplayStateProps): JSX.Element {
  const progress = progressOf(replay)
  return (
    <>
      {progress !== '' && <p class="panel-line" role="status"><span>Replayed: {progress}.</span></p>}
      {replay.replayable > 0 && (
        <p class="panel-line replay-line">
          <span>{counted(replay.replayable, 'message')} can be replayed{access.session?.may.administer === true ? '.' : ' by an admin.'}</span>
          <WayToReplay access={access} replayAll={replayAll} />
        </p>
      )}
    </>
  )
}

function WayToReplay({ access: { session, want }, replayAll }: Omit<ReplayStateProps, 'replay'>): JSX.Element | null {
  if (session === null) return null
  if (session.may.administer) return <button type="button" class="action" onClick={replayAll}>Replay all</button>
  if (!session.accounts && session.single_sign_on === null) return <span class="quiet">There is no account yet; <code>make admin NAME=…</code> makes one.</span>
  return session.account === null ? <button type="button" class="action" onClick={() => want(true)}>Log in</button> : null
}

/** `12 waiting, 340 stored, 3 refused again`; empty when none was replayed. */
export function progressOf({ waiting, stored, duplicates, refused, failed }: KafkaDeadLetters['replay']): string {
  const parts = [
    [waiting, 'waiting'], [stored, 'stored'], [refused, 'refused again'], [duplicates, 'absorbed as duplicates'], [failed, 'not taken by Kafka'],
  ] as const
  return parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`).join(', ')
}
