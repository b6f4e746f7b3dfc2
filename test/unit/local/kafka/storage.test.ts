import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { formattedClusterId, newClusterId } from '../../../../src/local/kafka/storage.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory-storage-'))
after(() => rmSync(folder, { recursive: true }))

test('newClusterId is 16 bytes of base64url, never with a dash in front', () => {
  for (let round = 0; round < 1_000; round++) assert.match(newClusterId(), /^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/)
})

test('formattedClusterId reads what Kafka wrote', () => {
  assert.equal(formattedClusterId(join(folder, 'missing')), undefined)
  mkdirSync(join(folder, 'data'))
  assert.equal(formattedClusterId(folder), undefined)
  writeFileSync(join(folder, 'data', 'meta.properties'),
    '#\n#Tue Nov 24 03:25:34 UTC 2026\nnode.id=1\ndirectory.id=_F3X\nversion=1\ncluster.id=E2-db_XptmTSXl-MVu5b8w\n')
  assert.equal(formattedClusterId(folder), 'E2-db_XptmTSXl-MVu5b8w')
})
