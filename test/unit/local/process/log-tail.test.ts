import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { lastLines } from '../../../../src/local/process/log-tail.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory-log-'))
const file = join(folder, 'log')
after(() => rmSync(folder, { recursive: true }))

describe('lastLines', () => {
  test('gives the last lines without empty ones and stacks', () => {
    writeFileSync(file, 'one\n\ntwo\n\tat java.base/sun.nio.ch.Net.bind(Net.java:555)\n\t... 18 more\n  \nthree\n')
    assert.equal(lastLines(file, 2), 'two\nthree')
    assert.equal(lastLines(file, 9), 'one\ntwo\nthree')
  })

  test('leaves out what is before the given byte', () => {
    writeFileSync(file, 'earlier run\nthis run\n')
    assert.equal(lastLines(file, 9, 'earlier run\n'.length), 'this run')
    assert.equal(lastLines(file, 9, 1000), '')
  })

  test('of a long log it reads only the end', () => {
    writeFileSync(file, `${'x'.repeat(100)}\n`.repeat(10_000) + 'last\n')
    assert.equal(lastLines(file, 1), 'last')
  })

  test('a log that is not there has no lines', () => {
    assert.equal(lastLines(join(folder, 'missing'), 3), '')
  })
})
