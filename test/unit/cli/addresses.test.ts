import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conflicts } from '../../../src/cli/addresses.ts'
import { readLocalConfig } from '../../../src/local/config.ts'
import type { SystemStatus } from '../../../src/local/supervisor/protocol.ts'

const RUNS = {
  ports: { kafkaPortBase: 9092, postgresPort: 5432, monitoringPort: 5000, monitoringHost: '127.0.0.1' }, consumerCount: 3, brokers: ['127.0.0.1:9092'],
  demo: false,
} as unknown as SystemStatus

const found = (env: Record<string, string>): string[] => conflicts(RUNS, readLocalConfig(env), env)

test('another number of consumers is scaled to, another port needs a stop', () => {
  assert.deepEqual(found({ CONSUMERS: '6' }), ['it runs with CONSUMERS=3, not 6; make scale CONSUMERS=6'])
  assert.deepEqual(found({ MONITORING_PORT: '5001' }), ['it runs with MONITORING_PORT=5000, not 5001; `make stop` first'])
  assert.deepEqual([found({ CONSUMERS: '3', MONITORING_PORT: '5000' }), found({ CONSUMERS: '' })], [[], []])
  // What nobody asked for is no conflict with what was scaled to.
  assert.deepEqual(conflicts({ ...RUNS, consumerCount: 5 }, readLocalConfig({}), {}), [])
})

test('a demonstration begins with a start, and ends with a stop', () => {
  assert.deepEqual(found({ DEMO: '1' }), ['it runs with DEMO=0, not 1; `make stop` first'])
  const demo = { ...RUNS, demo: true }
  assert.deepEqual(conflicts(demo, readLocalConfig({ DEMO: '0' }), { DEMO: '0' }), ['it runs with DEMO=1, not 0; `make stop` first'])
  assert.deepEqual([conflicts(demo, readLocalConfig({}), {}), conflicts(demo, readLocalConfig({ DEMO: '1' }), { DEMO: '1' })], [[], []])
})
