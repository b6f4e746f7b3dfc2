import { COMMANDS } from '../../src/cli/command-table.ts'
import type { Command } from '../../src/cli/command.ts'
import { readText } from './project-files.ts'

export interface MakeTarget {
  readonly name: string
  readonly group: string
  readonly summary: string
  /** The command that it calls; undefined for those that are make's own. */
  readonly command: string | undefined
}

/** The targets that `make help` lists, in their order. */
export function makeTargets(makefile = readText('Makefile')): MakeTarget[] {
  let group = ''
  const lines = makefile.split('\n')
  return lines.flatMap((line, index) => {
    group = /^## (.+)/.exec(line)?.[1] ?? group
    const [, name, summary] = /^([a-z][a-z-]*):.*?## (.*)$/.exec(line) ?? []
    if (name === undefined || summary === undefined) return []
    return [{ name, group, summary, command: /^\t@\$\(FACTORY\) ([a-z-]+)/.exec(lines[index + 1] ?? '')?.[1] }]
  })
}

const HEADER = `# Commands

Written by \`npm run docs\` from the Makefile and [src/cli/commands](../src/cli/commands); change them there.

Every command runs in two runtimes: with Docker (\`docker-compose.yml\`), and without it (processes of this machine under a supervisor).
Without \`RUNTIME\`, a system that runs already without Docker is the one that is meant; else Docker, where an engine with Compose 2 answers;
else processes. \`RUNTIME=docker\` or \`RUNTIME=local\` chooses. Where only one text stands, it is the same in both.

A command ends with 0 when it did what it was asked for, 1 when it couldn't or found something wrong, 2 when it was called wrongly, each time
with a line that says why. \`make\` itself ends with 2 whenever its command fails, and prints the command's own code.
\`node_modules/.bin/node src/cli/main.ts COMMAND --help\` says more of each.
`

/** The text of docs/commands.md. */
export async function commandDocs(): Promise<string> {
  const targets = makeTargets()
  const groups = [...new Set(targets.map(({ group }) => group))].filter((group) => group !== '')
  const sections = await Promise.all(groups.map(async (group) => {
    const rows = await Promise.all(targets.filter((target) => target.group === group).map(row))
    return `\n## ${group}\n\n| command | what it does | with Docker | without Docker |\n| --- | --- | --- | --- |\n${rows.join('')}`
  }))
  return [HEADER, ...sections].join('')
}

async function row({ name, summary, command }: MakeTarget): Promise<string> {
  const { runtimes } = await commandOf(command) ?? {}
  const cells = [`\`make ${name}\``, summary, runtimes?.docker ?? 'the same', runtimes?.local ?? 'the same']
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
}

export async function commandOf(name: string | undefined): Promise<Command | undefined> {
  return name === undefined ? undefined : COMMANDS[name]?.()
}
