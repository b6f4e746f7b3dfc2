import type { JSX } from 'preact'

/** Each state has a shape of its own, so that it can be told without colour. */
export type MarkKind = 'normal' | 'warning' | 'critical' | 'unknown' | 'low' | 'medium' | 'high' | 'stopped' | 'done'

const SHAPES: Readonly<Record<MarkKind, () => JSX.Element>> = {
  normal: () => <circle class="mark-line" cx="8" cy="8" r="5.2" />,
  unknown: () => <circle class="mark-line mark-dashed" cx="8" cy="8" r="5.6" />,
  done: () => <path class="mark-line" d="m2.4 8.6 3.8 4L13.8 3.8" />,
  stopped: () => <rect class="mark-line" x="3" y="3" width="10" height="10" />,
  low: () => <path class="mark-line" d="M8 1.8 14.2 8 8 14.2 1.8 8Z" />,
  medium: () => <path class="mark-fill" d="M1 3h14L8 14.6Z" />,
  high: () => <path class="mark-fill" d="M8 1.4 15 13H1Z" />,
  warning: () => <><path class="mark-fill" d="M8 1 15.4 14.2H.6Z" /><path class="mark-sign" d="M8 5.6v4.2M8 11.4v1.4" /></>,
  critical: () => <><rect class="mark-fill" x="1" y="1" width="14" height="14" /><path class="mark-sign" d="M8 3.8v5.4M8 11v1.8" /></>,
}

/** Says nothing to a screen reader: the word stands beside it. */
export function Mark({ kind }: { kind: MarkKind }): JSX.Element {
  return <svg class={`mark mark-${kind}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{SHAPES[kind]()}</svg>
}
