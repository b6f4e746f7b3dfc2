import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDockerConfig } from '../../../src/docker/config.ts'
import { keepPassword, refusePublishedPassword } from '../../../src/docker/database-password.ts'
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

test('.env gets a password where nobody gave one, and is otherwise left as it is', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'env-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, '.env')
  const config = readDockerConfig({}, LOCAL)
  assert.equal(keepPassword(file, config, { POSTGRES_PASSWORD: 'given' }), false)
  assert.equal(keepPassword(file, config, {}), true)
  assert.equal(readFileSync(file, 'utf8'), 'POSTGRES_PASSWORD=factory_pass\n')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(keepPassword(file, config, {}), false)
  writeFileSync(file, '#POSTGRES_PASSWORD=old\nCONSUMERS=6')
  assert.equal(keepPassword(file, config, {}), true)
  assert.equal(readFileSync(file, 'utf8'), '#POSTGRES_PASSWORD=old\nCONSUMERS=6\nPOSTGRES_PASSWORD=factory_pass\n')
})
