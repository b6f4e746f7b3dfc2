import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDockerConfig } from '../../../src/docker/config.ts'
import { refusePublishedPassword } from '../../../src/docker/database-password.ts'
import { readLocalConfig } from '../../../src/local/config.ts'

const LOCAL = readLocalConfig({})

test('the password that everybody knows is for loopback', () => {
  const check = (env: Record<string, string>, local = LOCAL): void => refusePublishedPassword(readDockerConfig(env, local), local)
  check({})
  check({ BIND_ADDRESS: '0.0.0.0', POSTGRES_PASSWORD: 'another' })
  check({ BIND_ADDRESS: '0.0.0.0' }, { ...LOCAL, externalDatabaseUrl: 'postgresql://u:p@db.example/plant' })
  for (const BIND_ADDRESS of ['0.0.0.0', '192.168.1.7']) {
    assert.throws(() => check({ BIND_ADDRESS }), { name: 'ExitError', message: /POSTGRES_PASSWORD/ }, BIND_ADDRESS)
  }
})
