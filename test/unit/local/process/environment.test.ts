import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverEnvironment } from '../../../../src/local/process/environment.ts'

test('serverEnvironment passes what a program needs and our own names, and nothing that would change what it does', () => {
  const env = {
    PATH: '/bin', HOME: '/root', TMPDIR: '/tmp/x', FACTORY_HOME: '/f', LC_ALL: 'de_DE',
    JAVA_TOOL_OPTIONS: '-Xmx8g', PGOPTIONS: '-c fsync=off', DATABASE_URL: 'postgresql://u:p@h/d',
  }
  assert.deepEqual(serverEnvironment({ LC_ALL: 'C' }, env),
    { PATH: '/bin', HOME: '/root', TMPDIR: '/tmp/x', FACTORY_HOME: '/f', LC_ALL: 'C' })
})
