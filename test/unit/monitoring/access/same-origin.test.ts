import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foreignOrigin } from '../../../../src/monitoring/access/same-origin.ts'

const OWN = { 'x-factory-request': '1', host: 'plant.example:5000' }

test('a change is taken from our own page, and from programs that say that they mean it', () => {
  assert.equal(foreignOrigin(OWN), null)
  assert.equal(foreignOrigin({ ...OWN, 'sec-fetch-site': 'same-origin', origin: 'https://behind-a-proxy.example' }), null)
  assert.equal(foreignOrigin({ ...OWN, origin: 'http://plant.example:5000' }), null)
})

test('a change is not taken from elsewhere', () => {
  assert.match(foreignOrigin({ host: OWN.host, 'sec-fetch-site': 'same-origin' }) ?? '', /x-factory-request/)
  for (const site of ['cross-site', 'same-site', 'none']) assert.match(foreignOrigin({ ...OWN, 'sec-fetch-site': site }) ?? '', /another site/, site)
  for (const origin of ['http://evil.example', 'null', 'http://plant.example', 'http://plant.example:5000.evil.example']) {
    assert.match(foreignOrigin({ ...OWN, origin }) ?? '', /another site/, origin)
  }
})
