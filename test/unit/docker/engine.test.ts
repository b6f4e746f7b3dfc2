import assert from 'node:assert/strict'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { askEngine, isAbsence, isOlder } from '../../../src/docker/engine.ts'

test('without the program there is no engine', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-docker-'))
  try {
    assert.deepEqual(await askEngine({ PATH: empty }), { state: 'absent', problem: 'docker version: the program docker is not installed' })
  } finally {
    rmdirSync(empty)
  }
})

test('an engine that doesn\'t run is none; one that doesn\'t let us in is', () => {
  assert.equal(isAbsence('Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'), true)
  assert.equal(isAbsence('failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct'), true)
  assert.equal(isAbsence('permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'), false)
  assert.equal(isAbsence('docker version: no answer within 5 s'), false)
})

test('versions are compared by their first two numbers', () => {
  assert.deepEqual(['1.43', '1.44', '1.51', '2.0'].map((version) => isOlder(version, [1, 44])), [true, false, false, false])
  assert.deepEqual(['1.29.2', 'v2.21.0', '2.22.0-desktop.1', '2.26.1-4\n', 'dev'].map((version) => isOlder(version, [2, 22])), [true, true, false, false, false])
})
