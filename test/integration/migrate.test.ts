import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listMigrations, migrate } from '../../src/postgres/migrate.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { ExitError } from '../../src/runtime/errors.ts'
import { testDatabase } from '../harness/plant.ts'
import type { Owner } from '../harness/plant.ts'
import { printSchema } from '../harness/print-schema.ts'

const ALL = listMigrations().map((migration) => migration.version)

function open(owner: Owner, databaseUrl: string): Pool {
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 2 })
  owner.after(() => pool.end())
  return pool
}

describe('migrations', () => {
  test('are numbered from 1 without a gap', () => assert.deepEqual(ALL, ALL.map((_, index) => index + 1)))

  test('of an empty database are applied in order, and then there is nothing left to do', async (t) => {
    const { databaseUrl } = await testDatabase(t, 'empty')
    assert.deepEqual(await migrate(databaseUrl), ALL)
    const schema = await printSchema(databaseUrl)
    assert.deepEqual(await migrate(databaseUrl), [])
    assert.equal(await printSchema(databaseUrl), schema)
  })

  test('may be started by any number of services at once: one does the work', async (t) => {
    const { databaseUrl } = await testDatabase(t, 'empty')
    const results = await Promise.all(Array.from({ length: 8 }, () => migrate(databaseUrl)))
    assert.deepEqual(results.filter((applied) => applied.length > 0), [ALL])
    const { rows } = await open(t, databaseUrl).query<{ version: number }>('select version from schema_migration order by version')
    assert.deepEqual(rows.map((row) => row.version), ALL)
  })

  test('make the partitions of today and the seven days after it', async (t) => {
    const { databaseUrl } = await testDatabase(t, 'empty')
    await migrate(databaseUrl)
    const pool = open(t, databaseUrl)
    const { rows } = await pool.query<{ name: string }>(`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'reading'::regclass`)
    const today = Date.now()
    const names = Array.from({ length: 8 }, (_, day) => `reading_${new Date(today + day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`)
    // A run across midnight has one day more.
    assert.deepEqual(names.filter((name) => !rows.some((row) => row.name === name)).slice(0, -1), [])
    assert.ok(rows.length === 8 || rows.length === 9)
  })

  test('by an older release than the one before are refused, and change nothing', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    const pool = open(t, databaseUrl)
    await pool.query('insert into schema_migration (version) values (9999)')
    await assert.rejects(migrate(databaseUrl), (error) => error instanceof ExitError && /migration 9999/.test(error.message))
  })

  test('of a database that another program holds locked wait for it', async (t) => {
    const { databaseUrl } = await testDatabase(t, 'empty')
    const pool = open(t, databaseUrl)
    const holder = await pool.connect()
    await holder.query('begin')
    await holder.query('select pg_advisory_xact_lock(7201455)')
    const migrating = migrate(databaseUrl)
    await waitUntil(async () => (await pool.query(`select from pg_locks where locktype = 'advisory' and not granted`)).rowCount === 1)
    assert.equal((await pool.query(`select from pg_class where relname = 'reading'`)).rowCount, 0)
    await holder.query('rollback')
    holder.release()
    assert.deepEqual(await migrating, ALL)
  })

  test('that fail in the middle leave no trace', async (t) => {
    const { databaseUrl } = await testDatabase(t, 'empty')
    const pool = open(t, databaseUrl)
    // In the way of the last table that the first migration makes.
    await pool.query('create view rebalancing_events as select 1')
    await assert.rejects(migrate(databaseUrl), /rebalancing_events/)
    const { rows } = await pool.query<{ name: string }>(`select relname as name from pg_class where relnamespace = 'public'::regnamespace`)
    assert.deepEqual(rows.map((row) => row.name), ['rebalancing_events'])
  })
})

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200; round++) {
    if (await condition()) return
    await new Promise((resolve) => { setTimeout(resolve, 20) })
  }
  assert.fail('not within 4 s')
}
