import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresPlace } from '../../src/local/postgres/account.ts'
import { removePostgres, startPostgres } from '../../src/local/postgres/server.ts'
import type { PostgresServer } from '../../src/local/postgres/server.ts'
import { listProcesses } from '../../src/local/process/leftovers.ts'
import { freePorts, portTaken } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import type { Reaper } from '../../src/local/process/reaper.ts'
import { spawnOwned } from '../../src/local/process/spawn.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'

for (const mode of [0o755, 0o700]) {
  describe(`in a home of mode ${mode.toString(8)}, with a space in its path`, () => {
    const parent = mkdtempSync(join(tmpdir(), 'factory postgres-'))
    chmodSync(parent, mode)
    const dir = join(parent, 'home')
    mkdirSync(dir)
    const { base } = postgresPlace(dir)
    let reaper: Reaper
    let port: number
    let server: PostgresServer
    let pool: Pool

    const start = async (): Promise<void> => {
      server = await startPostgres({ dir, port, logFile: join(parent, 'postgres.log'), reaper })
      await server.ready
    }
    const count = async (): Promise<number> => Number((await pool.query<{ count: number }>('select count(*) from number')).rows[0]?.count)
    const processesOf = async (pattern: string): Promise<string[]> =>
      (await listProcesses()).map((each) => each.command).filter((command) => command.includes(pattern))

    before(async () => {
      reaper = startReaper()
      port = (await freePorts(1))[0] as number
      await start()
      pool = createPool(server.url, { applicationName: 'test', max: 2 })
    })
    after(async () => {
      await pool.end()
      await server.remove()
      await reaper.close()
      rmSync(parent, { recursive: true })
    })

    test('the role owns its database, is no superuser, and commits are kept', async () => {
      const { rows } = await pool.query<Record<string, unknown>>(`
        select current_user as user, rolsuper as super, current_database() as database, pg_get_userbyid(datdba) as owner,
          pg_encoding_to_char(encoding) as encoding, datcollate as locale, current_setting('TimeZone') as zone,
          current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit
        from pg_roles, pg_database where rolname = current_user and datname = current_database()`)
      assert.deepEqual(rows, [{
        user: 'factory_user', super: false, database: 'factory_monitoring', owner: 'factory_user',
        encoding: 'UTF8', locale: 'C', zone: 'UTC', fsync: 'on', synchronous_commit: 'on',
      }])
      assert.equal(server.url, `postgresql://factory_user:factory_pass@127.0.0.1:${port}/factory_monitoring`)
      await pool.query('create table number (value int)')
      await pool.query('insert into number select generate_series(1, 1000)')
    })

    test('refuses a wrong password, and the superuser', async () => {
      for (const login of ['factory_user:wrong', 'postgres:x', 'postgres:']) {
        const stranger = createPool(`postgresql://${login}@127.0.0.1:${port}/factory_monitoring`, { applicationName: 'test', max: 1 })
        await assert.rejects(stranger.query('select 1'))
        await stranger.end()
      }
    })

    test('the pid is that of postgres, which does not run as root; the data is closed to others', async () => {
      const { command } = (await listProcesses()).find((each) => each.pid === server.process.pid) ?? { command: '' }
      assert.match(command, /^\S.*\/postgres -D /)
      const data = statSync(join(base, 'data'))
      assert.notEqual(data.uid, 0)
      assert.equal(data.mode & 0o077, 0)
    })

    test('starts again after a kill -9, also when a busy backend has stayed behind', async () => {
      const busy = assert.rejects(pool.query('select count(*) from generate_series(1, 10000000000)'))
      await sleep(200)
      server.process.kill('SIGKILL')
      assert.deepEqual(await server.process.exited, { code: null, signal: 'SIGKILL' })
      const killed = performance.now()
      await start()
      assert.ok(performance.now() - killed < 10_000)
      await busy
      assert.equal(await count(), 1_000)
    })

    test('starts when the pid in its lock file belongs to somebody else by now', async () => {
      server.process.kill('SIGKILL')
      await server.process.exited
      const { account } = postgresPlace(dir)
      const somebody = await spawnOwned('/bin/sleep', ['100'], { cwd: '/', env: {}, logFile: 'inherit', reaper, ...account })
      const lock = join(base, 'data', 'postmaster.pid')
      writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(somebody.pid)))
      await start()
      assert.equal(await count(), 1_000)
      assert.equal(somebody.exit, null)
      somebody.kill('SIGKILL')
    })

    test('stops in time although a client is connected, and starts again', async () => {
      await pool.query('select 1')
      const started = performance.now()
      await server.stop()
      assert.ok(performance.now() - started < 5_000)
      assert.deepEqual(server.process.exit, { code: 0, signal: null })
      assert.equal(existsSync(join(base, 'data', 'postmaster.pid')), false)
      await start()
      assert.equal(await count(), 1_000)
    })

    test('says why it can not start', async () => {
      await server.stop()
      const taken = await startPostgres({ dir: join(parent, 'other'), port, logFile: join(parent, 'other.log'), reaper })
      await taken.ready
      await assert.rejects((async () => {
        server = await startPostgres({ dir, port, logFile: join(parent, 'postgres.log'), reaper })
        await server.ready
      })(), /^Error: PostgreSQL ended \(code 1\) before it was ready; its log ends with:\n(.*\n)*.*Address already in use/)
      await taken.remove()
      await start()
    })

    test('remove leaves nothing: no process, no port, no data', async () => {
      await pool.end()
      await server.remove()
      assert.equal(existsSync(base), false)
      assert.deepEqual(await processesOf(base), [])
      assert.equal(await portTaken(port), false)
      await removePostgres(dir)
      pool = createPool(server.url, { applicationName: 'test', max: 1 })
    })
  })
}
