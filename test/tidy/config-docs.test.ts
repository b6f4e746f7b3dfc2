import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readVariables } from '../../src/runtime/config.ts'
import { asText, configDocs, documentedVariables } from './config-docs.ts'
import { assertNone, projectFiles, readText } from './project-files.ts'

describe('configuration', () => {
  test('docs/config.md is what the code reads', async () => {
    const committed = projectFiles().includes('docs/config.md') ? readText('docs/config.md') : ''
    const written = await configDocs()
    if (written === committed) return
    const without = (text: string, other: string): string[] => text.split('\n').filter((line) => !other.split('\n').includes(line))
    const lines = [...without(committed, written).map((line) => `- ${line}`), ...without(written, committed).map((line) => `+ ${line}`)]
    assertNone(lines.length > 0 ? lines.map((line) => line.slice(0, 100)) : ['the order of lines'], 'Run npm run docs; it changes:')
  })

  test('every default is one of the values that are allowed', async () => {
    const problems = (await documentedVariables()).flatMap(({ name, variable }) => {
      const { defaultValue } = variable
      if (defaultValue === undefined || defaultValue === null) return []
      try {
        assert.deepEqual(readVariables({ [name]: variable }, { [name]: asText(defaultValue) })[name], defaultValue)
        return []
      } catch (error) {
        return [String(error)]
      }
    })
    assertNone(problems, 'A default that could not be given:')
  })

  test('every variable has a sentence', async () => {
    const problems = (await documentedVariables()).filter(({ variable }) => !/^[A-Z0-9`].*\.$/s.test(variable.help))
      .map(({ name, variable }) => `${name}: ${variable.help}`)
    assertNone(problems, 'The help of a variable is whole sentences, for docs/config.md:')
  })

  test('the variables that Make targets, images and pages name exist', async () => {
    // `make env` prints it for other programs; none of ours reads it.
    const known = new Set([...(await documentedVariables()).map(({ name }) => name), 'MONITORING_URL'])
    const families = /\b(?:SENSOR|KAFKA|MONITORING|CONSUMER|PRODUCER|ALERT|POSTGRES|FACTORY)_[A-Z0-9_]*[A-Z0-9]\b/g
    // Of the images of other programs in the same compose file, and of the tests.
    const others = (path: string): RegExp => (/docker/.test(path) ? /^(KAFKA|POSTGRES)_/ : /^FACTORY_TEST_/)
    const pages = projectFiles().filter((path) => /\.md$|^Makefile$|^docker-compose.*\.ya?ml$|^docker\//.test(path) && path !== 'docs/config.md')
    const problems = pages.flatMap((path) => [...new Set(readText(path).match(families) ?? [])]
      .filter((name) => !known.has(name) && !known.has(name.replace(/_FILE$/, '')) && !others(path).test(name)).map((name) => `${path} names ${name}`))
    assertNone(problems, 'No config.ts reads:')
  })
})
