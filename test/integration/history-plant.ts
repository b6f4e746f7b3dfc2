import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { rollUp } from '../../src/postgres/roll-up.ts'
import { registerSensors, registerVersions } from '../../src/postgres/sensor-registry.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { assertDescribed, startClient } from './monitoring-client.ts'
import type { MonitoringClient } from './monitoring-client.ts'
import { addLog, store } from './stored-readings.ts'
import type { StoredReading } from './stored-readings.ts'

export interface PlantSensor {
  readonly id: string
  readonly type?: string
  readonly unit?: string
  readonly section?: string
  readonly machine?: string
  readonly zone?: string
}

/** Sensors with readings in a database of their own, as consumers store and roll them up, and the API over it. */
export interface HistoryPlant {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly api: MonitoringClient
  /** Keys and versions, by id. */
  addSensors(sensors: readonly PlantSensor[]): Promise<Map<string, Pick<StoredReading, 'sensorKey'> & { readonly versionKey: number }>>
  /** Stores and rolls up. */
  add(readings: readonly StoredReading[]): Promise<void>
  /** What a path answers, which must be 200 and as its description says: that of `described`, where a part of it is a name. */
  read<T>(path: string, described: string): Promise<T>
}

/** A transaction takes no more. */
const MOST_STORED = 20_000

export async function historyPlant(owner: Owner): Promise<HistoryPlant> {
  const { databaseUrl } = await testDatabase(owner)
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 4 })
  owner.after(() => pool.end())
  const api = await startClient(owner, databaseUrl)
  const logKey = await addLog(pool, 0)
  return {
    databaseUrl, pool, api,
    async addSensors(sensors) {
      const described = sensors.map(({ id, type = 'temperature', unit = '°C', section = 'production', machine = 'machine-001', zone = 'zone-a' }) => (
        { sensorId: id, sensorType: type, unit, location: JSON.stringify({ factory_section: section, machine_id: machine, zone }) }))
      const keys = new Map((await registerSensors(pool, described)).map(({ sensorId, sensorKey }) => [sensorId, sensorKey]))
      const versions = await registerVersions(pool, described.map(({ sensorId, ...rest }) => ({
        ...rest, sensorKey: keys.get(sensorId) as number, warningThreshold: null, criticalThreshold: null, epoch: 'epoch-1', sentAs: null,
        fingerprint: createHash('sha256').update(sensorId).digest(),
      })))
      return new Map(described.map(({ sensorId }, index) => [sensorId, { sensorKey: keys.get(sensorId) as number, versionKey: versions[index] as number }]))
    },
    async add(readings) {
      for (let at = 0; at < readings.length; at += MOST_STORED) await store(pool, logKey, readings.slice(at, at + MOST_STORED))
      while (await rollUp(pool, [logKey])) { /* more of them */ }
    },
    async read<T>(path: string, described: string) {
      const { status, body } = await api.get(path)
      assert.equal(status, 200, JSON.stringify(body))
      await assertDescribed(api.url, described, 200, body)
      return body as T
    },
  }
}
