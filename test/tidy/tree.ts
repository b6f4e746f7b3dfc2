export interface TreeEntry {
  /** From the root of the project; a folder ends with a slash. */
  readonly path: string
  readonly line: number
}

/**
 * The entries of the first fenced block of a page that has a line `src/`. Each line is a name, or several with one space between, then
 * two spaces or more and a description; two more spaces in front are one level deeper.
 */
export function readTree(markdown: string): TreeEntry[] | undefined {
  const lines = markdown.split('\n')
  for (const block of fencedBlocks(lines)) {
    if (!lines.slice(block.start, block.end).some((line) => /^src\/(\s|$)/.test(line))) continue
    const parents: string[] = []
    const entries: TreeEntry[] = []
    for (let index = block.start; index < block.end; index++) {
      const match = /^( *)(\S+(?: \S+)*)/.exec(lines[index] ?? '')
      if (match === null) continue
      const depth = (match[1] ?? '').length / 2
      const names = (match[2] ?? '').split(' ')
      parents.length = Math.min(parents.length, Math.floor(depth))
      for (const name of names) entries.push({ path: parents.join('') + name, line: index + 1 })
      if (names.length === 1 && names[0]?.endsWith('/') === true) parents.push(names[0])
    }
    return entries
  }
  return undefined
}

/** What the tree names and the project doesn't have, and the other way round. */
export function treeProblems(tree: readonly TreeEntry[], files: readonly string[]): string[] {
  const problems = tree.filter(({ path }) => (path.endsWith('/') ? !files.some((file) => file.startsWith(path)) : !files.includes(path)))
    .map(({ path, line }) => `line ${line} names ${path}, which isn't there`)
  const listed = new Set(tree.map(({ path }) => path))
  const parents = new Set(['', ...tree.map(({ path }) => parentOf(path))])
  for (const parent of parents) {
    const children = childrenOf(parent, files)
    // Files are listed all or not at all; hidden ones needn't be.
    const listsFiles = [...listed].some((path) => parentOf(path) === parent && !path.endsWith('/'))
    for (const child of children) {
      if (listed.has(child) || child.slice(parent.length).startsWith('.')) continue
      if (child.endsWith('/') || (listsFiles && parent !== '')) problems.push(`${child} is missing`)
    }
  }
  return problems
}

function fencedBlocks(lines: readonly string[]): { start: number, end: number }[] {
  const blocks: { start: number, end: number }[] = []
  let start: number | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (start === undefined) start = index + 1
    else {
      blocks.push({ start, end: index })
      start = undefined
    }
  }
  return blocks
}

function parentOf(path: string): string {
  return path.replace(/[^/]+\/?$/, '')
}

function childrenOf(parent: string, files: readonly string[]): Set<string> {
  return new Set(files.filter((file) => file.startsWith(parent)).map((file) => {
    const rest = file.slice(parent.length)
    return parent + (rest.includes('/') ? rest.slice(0, rest.indexOf('/') + 1) : rest)
  }))
}
