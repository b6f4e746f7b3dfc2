import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_CONTRACT, contractProblem } from '../../../../src/cli/checks/api-contract.ts'
import { recentAlertsSchema } from '../../../../src/contract/api.ts'

const ALERTS = API_CONTRACT.find(({ path }) => path === '/api/recent-alerts')
const ALERT = {
  alert_id: 'a', sensor_id: 's', sensor_type: 'temperature', anomaly_type: 'rapid_value_change', severity: 'high', sensor_value: 1, sensor_unit: '°C',
  description: 'd', detected_by: 'c', timestamp: '2026-01-31T12:00:00.000Z', sensor_alert_level: 'critical', status: 'active', episode_id: null, transition: null,
}

test('an answer has the fields of the contract and is as the schema says', () => {
  assert.ok(ALERTS !== undefined)
  assert.equal(contractProblem([ALERT], ALERTS), null)
  assert.equal(contractProblem([], ALERTS), null)
  const { severity: _severity, ...without } = ALERT
  assert.equal(contractProblem([ALERT, without], ALERTS), 'without [].severity')
  assert.match(contractProblem([{ ...ALERT, severity: 'awful' }], ALERTS) ?? '', /^\/0\/severity /)
  assert.match(contractProblem([{ ...ALERT, timestamp: 'noon' }], ALERTS) ?? '', /^\/0\/timestamp /)
  assert.match(contractProblem({ alerts: [] }, ALERTS) ?? '', /^without /)
  assert.match(contractProblem({ a: 1 }, { schema: recentAlertsSchema, fields: [] }) ?? '', /^the answer /)
})

test('fields deep inside are found', () => {
  const schema = {}
  const body = { a: { b: [{ c: 1 }, { c: null }] } }
  assert.equal(contractProblem(body, { schema, fields: ['a.b', 'a.b[].c'] }), null)
  assert.equal(contractProblem(body, { schema, fields: ['a.b[].d', 'x', 'a.b.c'] }), 'without a.b[].d, x, a.b.c')
})
