/** More are not worth drawing. */
const MOST_MATCHES = 1_000

/** The text in parts: what isn't a match and what is, in turn, beginning with what isn't. Whatever the case. */
export function matchesIn(text: string, search: string): string[] {
  if (search === '') return [text]
  const pattern = new RegExp(search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu')
  const parts: string[] = []
  let end = 0
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (parts.length >= 2 * MOST_MATCHES) break
    parts.push(text.slice(end, index), match)
    end = index + match.length
  }
  return [...parts, text.slice(end)]
}
