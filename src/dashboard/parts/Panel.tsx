import type { ComponentChildren, JSX } from 'preact'

interface PanelProps {
  readonly id: string
  readonly title: string
  /** A few words at the right of the title. */
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}

/** One part of the page: a landmark with a heading. */
export function Panel({ id, title, note, children }: PanelProps): JSX.Element {
  return (
    <section class={`panel panel-${id}`} id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p class="panel-note">{note}</p>}
      </header>
      {children}
    </section>
  )
}

/** What a panel says when it has nothing to show. */
export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>
}
