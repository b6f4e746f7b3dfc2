import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runScenario } from './scenario.ts'

// Runs alone: it kills servers under load and measures how long the others need to take over.
// The long form: node_modules/.bin/node test/fault/main.ts --seconds 180 --rate 2000

test('every acknowledged reading is stored exactly once, whatever is killed', async (context) => {
  const seed = process.env['FAULT_SEED'] ?? '1'
  const { verdict, faults } = await runScenario({
    dir: mkdtempSync(join(tmpdir(), 'fault-')), seed, seconds: 60, ratePerS: 600, zombieMs: 7_000, say: (line) => { context.diagnostic(line) },
  })
  context.diagnostic(`seed ${seed}: ${JSON.stringify(verdict)}`)
  const { acknowledged, stored, absorbed: _absorbed, alerts, ...wrong } = verdict
  assert.ok(acknowledged > 20_000, `${acknowledged} readings were acknowledged`)
  assert.ok(stored >= acknowledged)
  assert.ok(alerts > 0)
  assert.deepEqual(wrong, { duplicated: 0, missing: 0, invented: 0, outOfOrder: 0, alertsUnpublished: 0, alertsUnknown: 0, contradictions: [] })
  assert.equal(faults.length, 4)
  const takeover = faults.find(({ fault }) => fault.startsWith('kill -9 of consumer'))
  assert.ok(takeover !== undefined && takeover.recoveryS < 10, `others took over after ${takeover?.recoveryS} s`)
})
