import assert from 'node:assert/strict'
import { test } from 'node:test'
import { additionFor } from '../../../src/docker/compose.ts'
import { mountedFiles } from '../../../src/docker/mounted-files.ts'

test('the file is enough for its three consumers', () => {
  assert.equal(additionFor(['temperature-sensor', 'consumer-1', 'consumer-3', 'monitoring'], []), null)
})

test('more consumers are like the first, under names of their own', () => {
  assert.deepEqual(JSON.parse(additionFor(['consumer-3', 'consumer-4', 'consumer-12'], []) ?? ''), {
    services: {
      'consumer-4': { extends: { file: 'docker-compose.yml', service: 'consumer-1' }, container_name: 'consumer-4', environment: { CONSUMER_ID: 'consumer-004' } },
      'consumer-12': { extends: { file: 'docker-compose.yml', service: 'consumer-1' }, container_name: 'consumer-12', environment: { CONSUMER_ID: 'consumer-012' } },
    },
  })
})

test('files of this machine are mounted, and named as they are in the container', () => {
  const { volumes, env } = mountedFiles({
    KAFKA_SSL_CA_FILE: '/etc/plant/ca.pem', KAFKA_SSL_CERT_FILE: '', DATABASE_URL: 'postgresql://u:p@db:5432/plant?sslmode=verify-full&sslrootcert=/etc/plant/db.pem',
  })
  const mounted = (source: string, target: string): object => ({ type: 'bind', source, target, read_only: true, bind: { create_host_path: false } })
  assert.deepEqual(volumes, [mounted('/etc/plant/ca.pem', '/run/certificates/0.pem'), mounted('/etc/plant/db.pem', '/run/certificates/1.pem')])
  assert.equal(env['KAFKA_SSL_CA_FILE'], '/run/certificates/0.pem')
  assert.equal(env['DATABASE_URL'], 'postgresql://u:p@db:5432/plant?sslmode=verify-full&sslrootcert=%2Frun%2Fcertificates%2F1.pem')
  assert.deepEqual(JSON.parse(additionFor(['monitoring'], volumes) ?? ''), { services: { monitoring: { volumes } } })
})

test('the plant\'s calendar is mounted for all of them, read-only', () => {
  const { volumes, env } = mountedFiles({ KAFKA_SSL_CA_FILE: '/etc/plant/ca.pem', PLANT_CALENDAR: '/etc/plant/calendar.json' })
  assert.equal(env['PLANT_CALENDAR'], '/run/plant-calendar.yaml')
  assert.deepEqual(volumes.map(({ source, target, read_only: readOnly }) => [source, target, readOnly]), [
    ['/etc/plant/ca.pem', '/run/certificates/0.pem', true], ['/etc/plant/calendar.json', '/run/plant-calendar.yaml', true]])
})

test('the key of the page is for the monitoring service alone', () => {
  const { volumes, serverVolumes, env } = mountedFiles({
    KAFKA_SSL_CA_FILE: '/etc/plant/ca.pem', MONITORING_TLS_CERT_FILE: '/etc/plant/page.pem', MONITORING_TLS_KEY_FILE: '/etc/plant/page.key',
  })
  assert.deepEqual([env['MONITORING_TLS_CERT_FILE'], env['MONITORING_TLS_KEY_FILE']], ['/run/certificates/server-0.pem', '/run/certificates/server-1.pem'])
  const { services } = JSON.parse(additionFor(['consumer-1', 'monitoring'], volumes, serverVolumes) ?? '') as { services: Record<string, { volumes: { source: string }[] }> }
  const sourcesOf = (name: string): string[] => services[name]?.volumes.map(({ source }) => source) ?? []
  assert.deepEqual(sourcesOf('consumer-1'), ['/etc/plant/ca.pem'])
  assert.deepEqual(sourcesOf('monitoring'), ['/etc/plant/ca.pem', '/etc/plant/page.pem', '/etc/plant/page.key'])
})

test('without such files nothing is mounted', () => {
  assert.deepEqual(mountedFiles({ DATABASE_URL: 'postgresql://u:p@db:5432/plant' }), { volumes: [], serverVolumes: [], env: { DATABASE_URL: 'postgresql://u:p@db:5432/plant' } })
  assert.deepEqual(mountedFiles({}), { volumes: [], serverVolumes: [], env: {} })
})
