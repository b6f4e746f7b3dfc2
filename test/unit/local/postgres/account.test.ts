import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { SHARED_BASE, canEnter, mayEnter, postgresPlace, sharedBase } from '../../../../src/local/postgres/account.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory account-'))
after(() => rmSync(folder, { recursive: true }))
const stranger = { uid: 54_321, gid: 54_321 }

describe('mayEnter', () => {
  const cases = [
    { mode: 0o700, uid: 1, gid: 1, may: false },
    { mode: 0o750, uid: 1, gid: 54_321, may: true },
    { mode: 0o705, uid: 1, gid: 54_321, may: false },
    { mode: 0o755, uid: 1, gid: 1, may: true },
    { mode: 0o744, uid: 1, gid: 1, may: false },
    { mode: 0o700, uid: 54_321, gid: 1, may: true },
    { mode: 0o077, uid: 54_321, gid: 1, may: false },
  ]
  for (const { may, ...stat } of cases) {
    test(`mode ${stat.mode.toString(8)} of ${stat.uid}:${stat.gid}: ${may ? 'yes' : 'no'}`, () => {
      assert.equal(mayEnter(stat, stranger), may)
    })
  }
})

describe('canEnter', () => {
  test('every folder above counts, and those that will be made are open', () => {
    chmodSync(folder, 0o755)
    const inner = join(folder, 'a', 'b c')
    mkdirSync(inner, { recursive: true, mode: 0o755 })
    // The folder for temporary files itself may be closed, on macOS for instance.
    const above = canEnter(tmpdir(), stranger)
    assert.equal(canEnter(join(inner, 'new', 'newer'), stranger), above)
    chmodSync(join(folder, 'a'), 0o700)
    assert.equal(canEnter(join(inner, 'new', 'newer'), stranger), false)
    assert.equal(canEnter(inner, { uid: process.getuid?.() ?? 0, gid: 0 }), canEnter(tmpdir(), { uid: process.getuid?.() ?? 0, gid: 0 }))
  })
})

describe('postgresPlace', () => {
  test('an ordinary user has it in FACTORY_HOME; root in a place that the account can reach', () => {
    const home = join(folder, 'closed', 'home')
    mkdirSync(join(folder, 'closed'), { mode: 0o700 })
    const place = postgresPlace(home)
    if (process.getuid?.() === 0) {
      assert.equal(place.base, sharedBase(home))
      assert.notEqual(place.account?.uid, 0)
    } else {
      assert.deepEqual(place, { base: join(home, 'postgres'), account: undefined })
    }
  })

  test('two homes have two places', () => {
    assert.notEqual(sharedBase('/root/a'), sharedBase('/root/b'))
    assert.match(sharedBase('/root/a b'), new RegExp(`^${SHARED_BASE}/[0-9a-f]{12}$`))
  })
})
