/** Whether a machine's name fits a pattern, in which `*` stands for any letters, or none. */
export function fits(pattern: string, machineId: string): boolean {
  if (!pattern.includes('*')) return pattern === machineId
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  if (machineId.length < first.length + last.length || !machineId.startsWith(first) || !machineId.endsWith(last)) return false
  let from = first.length
  for (const part of rest) {
    const at = machineId.indexOf(part, from)
    if (at === -1 || at + part.length > machineId.length - last.length) return false
    from = at + part.length
  }
  return true
}
