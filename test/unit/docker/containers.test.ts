import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytesOf, toContainer } from '../../../src/docker/containers.ts'
import type { Inspected } from '../../../src/docker/containers.ts'

function inspected(state: Partial<Inspected['State']>, restarts = 0): Inspected {
  return {
    Name: '/consumer-1', RestartCount: restarts, Config: { Labels: { 'com.docker.compose.service': 'consumer-1' }, Env: ['A=1', 'B=x=y'] },
    HostConfig: { PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '6543' }] } },
    State: { Status: 'running', Pid: 0, ExitCode: 0, OOMKilled: false, Error: '', StartedAt: '2026-11-24T22:57:30.923340183Z', ...state },
  }
}

describe('the state of a container', () => {
  const cases: readonly (readonly [what: string, state: Partial<Inspected['State']>, wanted: string, reason: string | null])[] = [
    ['made, never started', { Status: 'created' }, 'stopped', null],
    ['its port was taken', { Status: 'created', Error: 'port is already allocated' }, 'failed', 'port is already allocated'],
    ['not checked yet', { Pid: 7, Health: { Status: 'starting' } }, 'starting', null],
    ['healthy', { Pid: 7, Health: { Status: 'healthy' } }, 'running', null],
    ['without a check', { Pid: 7 }, 'running', null],
    ['unhealthy', { Pid: 7, Health: { Status: 'unhealthy', Log: [{ Output: 'one\ntwo\n' }] } }, 'running', 'its health check fails: two'],
    ['unhealthy without a word', { Pid: 7, Health: { Status: 'unhealthy', Log: null } }, 'running', 'its health check fails'],
    ['ended by itself', { Status: 'restarting', ExitCode: 1 }, 'restarting', 'it ended with code 1'],
    ['docker stop', { Status: 'exited' }, 'stopped', null],
    ['docker kill', { Status: 'exited', ExitCode: 137 }, 'killed', null],
    ['out of memory', { Status: 'exited', ExitCode: 137, OOMKilled: true }, 'failed', 'it used more memory than its limit'],
    ['paused', { Status: 'paused', Pid: 7 }, 'stopped', 'it is paused: docker unpause'],
  ]
  for (const [what, state, wanted, reason] of cases) {
    test(what, () => {
      const container = toContainer(inspected(state))
      assert.deepEqual([container.state, container.reason, container.pid], [wanted, reason, state.Pid ?? null])
    })
  }

  test('says since when it runs only while it does', () => {
    assert.equal(toContainer(inspected({ Pid: 7 }, 2)).startedAtMs, Date.parse('2026-11-24T22:57:30.923Z'))
    assert.equal(toContainer(inspected({ Pid: 7 }, 2)).restarts, 2)
    assert.equal(toContainer(inspected({ Status: 'exited' })).startedAtMs, null)
  })
})

test('memory is read as Docker writes it', () => {
  assert.deepEqual(['85.09MiB', '1GiB', '676KiB', '0B', '12.5kB', '--', ''].map(bytesOf), [89_223_331.84, 1_073_741_824, 692_224, 0, 12_500, undefined, undefined])
})

test('ports and variables are those it was started with', () => {
  const { published, env } = toContainer(inspected({ Pid: 7 }))
  assert.deepEqual([published, env], [{ host: '127.0.0.1', port: 6543 }, { A: '1', B: 'x=y' }])
})
