import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { commandDocs, commandOf, makeTargets } from './command-docs.ts'
import { assertNone, readText } from './project-files.ts'

/** Every one of the seed's Makefile, and the others that this system has promised. */
const PROMISED = [
  'all', 'help', 'setup', 'start', 'infrastructure-only', 'with-consumers', 'with-monitoring', 'stop', 'restart', 'clean', 'status', 'health',
  'topics', 'build-all', 'build-producers', 'build-consumers', 'start-producers', 'stop-producers', 'start-consumers', 'stop-consumers',
  'start-monitoring', 'logs', 'logs-producers', 'logs-consumers', 'monitor-sensors', 'monitor-alerts', 'dashboard', 'monitor', 'wait-for-kafka',
  'test-external', 'test-topics', 'test-connectivity', 'verify-cluster', 'kill', 'revive', 'scale', 'env', 'admin', 'fleet', 'test', 'test-docker',
]

describe('the commands', () => {
  test('docs/commands.md is what the Makefile and the commands say', async () => {
    assert.equal(await commandDocs(), readText('docs/commands.md'), 'run npm run docs')
  })

  test('are all in the Makefile, with the summary that --help shows', async () => {
    const targets = makeTargets()
    assertNone(PROMISED.filter((name) => !targets.some((target) => target.name === name)), 'Promised, but not in the Makefile:')
    assertNone(Object.keys(COMMANDS).filter((name) => !targets.some((target) => target.command === name)), 'Without a target:')
    const problems = await Promise.all(targets.map(async ({ name, command, summary }) => {
      const found = await commandOf(command)
      return command === undefined || (found?.name === command && found.summary === summary) ? [] : [`${name}: "${summary}" and "${found?.summary}"`]
    }))
    assertNone(problems.flat(), 'The Makefile and the command say different things:')
  })
})
