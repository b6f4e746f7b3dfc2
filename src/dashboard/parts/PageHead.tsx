import type { ComponentChildren, JSX } from 'preact'
import type { Access } from '../use-session.ts'
import { formatTime, formatUtc, zoneName } from '../format.ts'
import { Who } from './Who.tsx'

const PAGES = [['plant', './', 'Plant'], ['alarms', './alarms', 'Alarms'], ['sensors', './sensors', 'Sensors'], ['kafka', './kafka', 'Kafka']] as const
export type PageName = typeof PAGES[number][0]

interface PageHeadProps {
  readonly page: PageName
  /** Always runs, also while the figures are old. */
  readonly now: number
  readonly access: Access
  /** The state of the connection. */
  readonly children: ComponentChildren
}

/**
 * The head of every page: the name of the system, the way to the other pages, the state of the connection and the clock; below it, where it is
 * one, that this is a demonstration.
 */
export function PageHead({ page, now, access, children }: PageHeadProps): JSX.Element {
  return (
    <>
      <header class="page-head">
        <h1>Factory Monitoring</h1>
        <nav class="pages" aria-label="Pages">
          {PAGES.map(([name, href, text]) => <a key={name} href={href} aria-current={name === page ? 'page' : undefined}>{text}</a>)}
        </nav>
        {children}
        <Who access={access} />
        <p class="clock" title={formatUtc(now)}>{formatTime(now, now)} <span class="zone">{zoneName(now)}</span></p>
      </header>
      {access.session?.demo === true && (
        // So that nobody takes what is killed in it for the plant's trouble.
        <p class="demo-banner"><strong>Demonstration.</strong> Services of this system are killed on purpose, by whoever holds its token.</p>
      )}
    </>
  )
}
