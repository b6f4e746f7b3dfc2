import type { ComponentChildren, JSX } from 'preact'
import type { Access } from '../use-session.ts'
import { formatTime, formatUtc, zoneName } from '../format.ts'
import { Who } from './Who.tsx'

const PAGES = [['plant', './', 'Plant'], ['kafka', './kafka', 'Kafka']] as const

interface PageHeadProps {
  readonly page: typeof PAGES[number][0]
  /** Always runs, also while the figures are old. */
  readonly now: number
  readonly access: Access
  /** The state of the connection. */
  readonly children: ComponentChildren
}

/** The head of every page: the name of the system, the way to the other pages, the state of the connection and the clock. */
export function PageHead({ page, now, access, children }: PageHeadProps): JSX.Element {
  return (
    <header class="page-head">
      <h1>Factory Monitoring</h1>
      <nav class="pages" aria-label="Pages">
        {PAGES.map(([name, href, text]) => <a key={name} href={href} aria-current={name === page ? 'page' : undefined}>{text}</a>)}
      </nav>
      {children}
      <Who access={access} />
      <p class="clock" title={formatUtc(now)}>{formatTime(now, now)} <span class="zone">{zoneName(now)}</span></p>
    </header>
  )
}
