/** What fits a few lines of the list. */
const PREVIEW_LENGTH = 400
/** What stands before the match. */
const LEAD_LENGTH = 30

/** The begin of a text; where that doesn't show what was searched for, the part around its first match. */
export function previewOf(text: string, search: string): string {
  const at = search === '' ? -1 : text.toLowerCase().indexOf(search.toLowerCase())
  const start = at <= 2 * LEAD_LENGTH ? 0 : at - LEAD_LENGTH
  return `${start === 0 ? '' : '…'}${text.slice(start, start + PREVIEW_LENGTH)}`
}
