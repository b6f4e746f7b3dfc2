import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { testDatabase } from '../harness/plant.ts'
import { printSchema } from '../harness/print-schema.ts'

test('src/postgres/schema.sql is what the migrations make; npm run docs writes it', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const committed = readFileSync(new URL('../../src/postgres/schema.sql', import.meta.url), 'utf8')
  assert.equal(await printSchema(databaseUrl), committed)
})
