import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chooseRuntime } from '../../../src/cli/choose-runtime.ts'

const home = mkdtempSync(join(tmpdir(), 'choose-'))
after(() => rmSync(home, { recursive: true }))
/** A machine without the program docker. */
const BARE = { PATH: home, FACTORY_HOME: home }

test('without Docker the services are processes of this machine', async () => {
  assert.equal((await chooseRuntime(BARE)).name, 'local')
  assert.equal((await chooseRuntime({ ...BARE, RUNTIME: 'local' })).name, 'local')
})

test('a Docker that was asked for and isn\'t there is said in one line', async () => {
  await assert.rejects(chooseRuntime({ ...BARE, RUNTIME: 'docker' }), { message: 'RUNTIME is docker, but Docker can\'t be used: docker version: the program docker is not installed' })
})

test('a wrong runtime is said with what there is', async () => {
  await assert.rejects(chooseRuntime({ ...BARE, RUNTIME: 'podman' }), { message: 'RUNTIME is "podman"; it must be docker, local' })
})
