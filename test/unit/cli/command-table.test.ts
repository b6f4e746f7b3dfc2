import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { COMMANDS } from '../../../src/cli/command-table.ts'

const MAKEFILE = readFileSync(new URL('../../../Makefile', import.meta.url), 'utf8')

test('a command is found by its name, and make says the same of it', async () => {
  for (const [name, load] of Object.entries(COMMANDS)) {
    const command = await load()
    assert.equal(command.name, name)
    const [, summary] = new RegExp(`^${name}: .*## (.*)$`, 'm').exec(MAKEFILE) ?? []
    // `make all` is `up`; a few of make's lines say what make adds.
    if (name !== 'up') assert.ok(summary?.startsWith(command.summary), `${name}: ${summary} / ${command.summary}`)
  }
})
