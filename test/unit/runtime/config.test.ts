import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { postgresVariables } from '../../../src/postgres/config.ts'
import { decimal, flag, hostList, integer, oneOf, port, readVariables, text } from '../../../src/runtime/config.ts'
import type { Variable } from '../../../src/runtime/config.ts'
import { ExitError } from '../../../src/runtime/errors.ts'

const help = 'for a test'

function read(variable: Variable<unknown>, value: string): unknown {
  return readVariables({ NAME: variable }, { NAME: value })['NAME']
}

/** The error says, in one line, which variable, what it is, and what it may be. */
function assertRefused(variable: Variable<unknown>, value: string): void {
  assert.throws(() => read(variable, value), (error) => {
    assert.ok(error instanceof ExitError)
    assert.equal(error.message, `NAME is ${JSON.stringify(value)}; it must be ${variable.allowed}`)
    assert.doesNotMatch(error.message, /\n/)
    return true
  })
}

describe('a variable is read', () => {
  const cases: readonly [title: string, variable: Variable<unknown>, good: readonly (readonly [string, unknown])[], bad: readonly string[]][] = [
    ['integer', integer({ help, min: 1, max: 10 }), [['1', 1], ['10', 10], [' 7 ', 7], ['1e1', 10]],
      ['0', '11', '-1', '1.5', 'x', '1x', 'NaN', 'Infinity', '1e400', '1,000', '1_0', 'null']],
    ['decimal', decimal({ help, min: -1, max: 10 }), [['-1', -1], ['0.5', 0.5], ['10', 10], ['.5', 0.5], ['1e-3', 0.001]],
      ['-1.01', '10.01', 'NaN', 'Infinity', '-Infinity', '1,5', '3 s', 'x']],
    ['port', port({ help }), [['1', 1], ['5000', 5000], ['65535', 65_535]], ['0', '65536', '-1', '80.5', 'http']],
    ['flag', flag({ help }), [['1', true], ['0', false]], ['true', 'yes', '2', '01']],
    ['oneOf', oneOf(['red', 'green'], { help }), [['red', 'red'], [' green ', 'green']], ['Red', 'blue', 'red,green', 'constructor']],
    ['text', text({ help }), [['x', 'x'], ['a b', 'a b']], []],
    ['text of a pattern', text({ help, allowed: 'letters', pattern: /^[a-z]+$/ }), [['abc', 'abc']], ['a1', 'A', 'a\nb']],
    ['hostList', hostList({ help }),
      [['a:1', ['a:1']], ['kafka1:29092, kafka2:29092', ['kafka1:29092', 'kafka2:29092']], ['127.0.0.1:65535', ['127.0.0.1:65535']]],
      ['a', 'a:', ':1', 'a:1,', 'a:1,,b:2', 'a:x', 'a:1;b:2', 'http://a:1', 'a:65536', 'a:0', 'a:123456', 'a b:1']],
  ]
  for (const [title, variable, good, bad] of cases) {
    for (const [value, expected] of good) test(`${title}: ${JSON.stringify(value)}`, () => assert.deepEqual(read(variable, value), expected))
    for (const value of bad) test(`${title} refuses ${JSON.stringify(value)}`, () => assertRefused(variable, value))
  }

  test('databaseUrl', () => {
    const variable = postgresVariables.DATABASE_URL
    for (const value of ['postgresql://u:p@h:5432/d', 'postgres://h/d', 'postgresql:///d?host=/run/postgresql']) assert.equal(read(variable, value), value)
  })
})

describe('a default', () => {
  test('is taken when the variable is not set, empty or blank, as in a compose file', () => {
    for (const env of [{}, { NAME: undefined }, { NAME: '' }, { NAME: '  ' }]) {
      assert.equal(readVariables({ NAME: integer({ help, min: 1, max: 9, defaultValue: 5 }) }, env).NAME, 5)
    }
  })

  test('may be false or 0', () => {
    assert.deepEqual(readVariables({ A: flag({ help, defaultValue: false }), B: integer({ help, min: 0, max: 1, defaultValue: 0 }) }, {}), { A: false, B: 0 })
  })

  test('that is missing makes the variable required', () => {
    assert.throws(() => readVariables({ NAME: port({ help }) }, {}), new ExitError('NAME is not set; it must be a whole number from 1 to 65535'))
  })
})

describe('a secret', () => {
  const variables = { DATABASE_URL: postgresVariables.DATABASE_URL }

  test('is not printed when it is wrong', () => {
    assert.throws(() => readVariables(variables, { DATABASE_URL: 'mysql://u:hunter2@h/d' }),
      new ExitError('DATABASE_URL is not valid; it must be postgresql://user:password@host:port/database'))
  })

  test('may come from a file, which goes before the variable', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'url')
    writeFileSync(path, 'postgresql://u:p@h/d\n')
    assert.equal(readVariables(variables, { DATABASE_URL_FILE: path }).DATABASE_URL, 'postgresql://u:p@h/d')
    assert.equal(readVariables(variables, { DATABASE_URL_FILE: path, DATABASE_URL: 'postgresql://other/d' }).DATABASE_URL, 'postgresql://u:p@h/d')
  })

  test('in a file that is not there is one line that names the variable', () => {
    assert.throws(() => readVariables(variables, { DATABASE_URL_FILE: '/no/such/file' }), (error) => {
      assert.ok(error instanceof ExitError)
      assert.match(error.message, /^DATABASE_URL_FILE names a file that can't be read: ENOENT.*$/)
      return true
    })
  })

  test('only a secret is read from a file', () => {
    assert.throws(() => readVariables({ NAME: text({ help }) }, { NAME_FILE: '/etc/hostname' }), /NAME is not set/)
  })
})

test('the first wrong variable of several is named', () => {
  assert.throws(() => readVariables({ A: port({ help }), B: port({ help }) }, { A: '1', B: 'x' }), /^ExitError: B is "x"/)
})

test('a value of several lines still makes an error of one line', () => {
  assert.throws(() => read(port({ help }), 'a\nb'), (error) => error instanceof ExitError && !error.message.includes('\n'))
})

test('any text is either a number within the bounds or refused with one line', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.double().map(String)), (value) => {
    try {
      const result = read(decimal({ help, min: -5, max: 5, defaultValue: 1 }), value)
      assert.ok(typeof result === 'number' && result >= -5 && result <= 5)
    } catch (error) {
      assert.ok(error instanceof ExitError, String(error))
    }
  }), { numRuns: 1000 })
})
