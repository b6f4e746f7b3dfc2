import assert from 'node:assert/strict'
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readLocalConfig } from '../../../src/local/config.ts'
import { clashes, configProblems, diskProblem, preflight } from '../../../src/local/preflight.ts'
import { listeningInodes, portHolder } from '../../../src/local/port-holder.ts'
import { freePorts } from '../../../src/local/process/ports.ts'
import { serviceTable } from '../../../src/local/services.ts'
import { makeHome, removeHome } from '../../../src/local/state-files.ts'

describe('before a start', () => {
  test('a taken port is named, with who has it, what needs it and what moves it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const [base = 0] = await freePorts(1)
    const config = readLocalConfig({ POSTGRES_PORT: String(port), MONITORING_PORT: String(base) })
    const problems = await preflight(config, serviceTable(config).filter(({ kind }) => kind === 'postgres' || kind === 'monitoring'), {})
    server.close()
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', new RegExp(`^port ${port} is taken by .+ \\(pid ${process.pid}\\), and postgres needs it; stop that program, or set POSTGRES_PORT`))
  })

  test('two services on one port are found', () => {
    const one = { host: '127.0.0.1', port: 9094 }
    assert.deepEqual(clashes([{ ...one, service: 'kafka2', variable: 'KAFKA_PORT_BASE' }, { ...one, service: 'monitoring', variable: 'MONITORING_PORT' }]),
      ['kafka2 (KAFKA_PORT_BASE) and monitoring (MONITORING_PORT) would both listen on port 9094; move one of them'])
  })

  test('a service\'s own wrong variable is found before the service is', () => {
    const config = readLocalConfig({})
    const problems = configProblems(config, serviceTable(config), { SENSOR_SEED: '1', LOG_LEVEL: 'loud' })
    assert.deepEqual(new Set(problems), new Set(['LOG_LEVEL is "loud"; it must be trace, debug, info, warn, error, fatal, silent']))
  })

  test('an address of another machine, servers that nobody can reach', async () => {
    const [port] = await freePorts(1)
    const env = { MONITORING_HOST: '192.0.2.1', KAFKA_BROKERS: `127.0.0.1:${port}`, DATABASE_URL: `postgresql://a:secret@127.0.0.1:${port}/b` }
    const config = readLocalConfig(env)
    const problems = await preflight(config, serviceTable(config), env)
    assert.equal(problems.length, 3)
    assert.match(problems[0] ?? '', /^MONITORING_HOST is "192\.0\.2\.1"; it must be an address of this machine/)
    assert.equal(problems[1], `no broker of KAFKA_BROKERS can be reached: 127.0.0.1:${port}`)
    assert.match(problems[2] ?? '', /^the database of DATABASE_URL can't be used: .*ECONNREFUSED/)
    assert.doesNotMatch(problems.join(), /secret/)
  })

  test('a full disk is said with its figure', () => {
    assert.deepEqual(diskProblem('/data', 1e9), [])
    assert.match(diskProblem('/data', 999_999_999)[0] ?? '', /^the disk of \/data has 999 MB left, and 1000 MB are needed; free some/)
  })

  test('a folder with other files is never FACTORY_HOME, and clean deletes only what is ours', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'factory-home-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'logs'))
    assert.throws(() => makeHome(folder), { name: 'ExitError', message: /is a folder with other files in it/ })
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => makeHome(join(folder, 'file')), { name: 'ExitError', message: /is not a folder/ })
    assert.throws(() => makeHome(join(folder, 'file', 'home')), { name: 'ExitError', message: /can't be made or written/ })
    const home = join(folder, 'a', 'home')
    makeHome(home)
    makeHome(home)
    writeFileSync(join(home, 'note'), '')
    removeHome(home)
    assert.deepEqual(readdirSync(home), ['note'])
  })
})

describe('who holds a port', () => {
  test('is found by the table of sockets', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0',
      '   1: 0100007F:2384 0100007F:9A1C 01 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0',
    ].join('\n')
    assert.deepEqual(listeningInodes(table, 9092), ['12345'])
    assert.deepEqual(listeningInodes(table, 9093), [])
  })

  test('is this process for a port of its own', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    assert.equal(portHolder(port)?.pid, process.pid)
    server.close()
    await once(server, 'close')
    assert.equal(portHolder(port), undefined)
  })
})
