import { randomUUID } from 'node:crypto'
import type { AlarmRule } from '../../src/contract/alarm.ts'
import { applyConditionChanges } from '../../src/postgres/alarm-changes.ts'
import type { ConditionChange } from '../../src/postgres/alarm-changes.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Client, Pool } from '../../src/postgres/pool.ts'
import { registerSensors } from '../../src/postgres/sensor-registry.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { openPool } from './monitoring-client.ts'

/** A database with two sensors at each of two machines, whose alarms come and go as a test says. */
export interface AlarmPlant {
  readonly databaseUrl: string
  readonly pool: Pool
  /** What a consumer would find at this second, of the sensor T-1 unless told. */
  change(transition: ConditionChange['transition'], atS: number, more?: Partial<ConditionChange>): ConditionChange
  apply(...changes: ConditionChange[]): Promise<void>
  /** In one transaction. */
  run<T>(work: (client: Client) => Promise<T>): Promise<T>
  rows<T extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>
}

export const START_MS = Date.UTC(2026, 0, 5, 8)
export const RULE: AlarmRule = 'critical_threshold_violation'

export async function alarmPlant(owner: Owner): Promise<AlarmPlant> {
  const { databaseUrl } = await testDatabase(owner)
  const pool = openPool(owner, databaseUrl)
  const machines: Readonly<Record<string, string>> = { 'T-1': 'M-1', 'T-2': 'M-1', 'T-3': 'M-2', 'T-4': 'M-2' }
  const locationOf = (sensorId: string): string => JSON.stringify({ factory_section: 'production', machine_id: machines[sensorId], zone: 'a' })
  const sensors = await registerSensors(pool, Object.keys(machines).map((sensorId) => ({ sensorId, sensorType: 'temperature', location: locationOf(sensorId) })))
  const run = <T>(work: (client: Client) => Promise<T>): Promise<T> => inTransaction(pool, work)
  let offset = 0
  return {
    databaseUrl, pool, run,
    change(transition, atS, more = {}) {
      const sensorId = more.sensorId ?? 'T-1'
      const timeMs = START_MS + atS * 1_000
      const alertId = transition === 'updated' ? null : randomUUID()
      return {
        transition, episodeId: alertId ?? randomUUID(), alertId, sensorId, sensorKey: sensors.find((sensor) => sensor.sensorId === sensorId)?.sensorKey ?? 0,
        sensorType: 'temperature', machineId: machines[sensorId] ?? '', location: locationOf(sensorId), rule: RULE, priority: 'high', severity: 'high',
        latch: false, timeMs, value: 41, level: 'critical', unit: '°C', description: '41 °C, critical from 40 °C', peakValue: 41, peakMs: timeMs,
        peakExcess: 1, addedReadings: 1, raisedMs: timeMs, logKey: 1, offset: offset++, detectedBy: 'consumer-1', ...more,
      }
    },
    apply: (...changes) => run((client) => applyConditionChanges(client, changes)),
    async rows<T extends object>(sql: string, values: unknown[] = []) {
      return (await pool.query<T>(sql, values)).rows
    },
  }
}
