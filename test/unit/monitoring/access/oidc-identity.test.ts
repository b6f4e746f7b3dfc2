import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNT_NAME } from '../../../../src/contract/access-api.ts'
import { namesOf, roleOf } from '../../../../src/monitoring/access/oidc-identity.ts'

const WHO = { iss: 'https://login.example', sub: '4711' }

test('the highest role of those that the values of the claim give', () => {
  const config = { roleClaim: 'groups', roleValues: { viewer: ['all', 'plant'], operator: ['shift'], admin: [] } }
  const role = (groups: unknown) => roleOf({ ...WHO, groups }, config)
  assert.deepEqual([role(['all', 'shift']), role(['shift', 'all']), role('plant'), role(['x', 'plant'])], ['operator', 'operator', 'viewer', 'viewer'])
  for (const none of [undefined, null, [], '', 'ALL', 'all ', ['x'], [['all', 'x']], { all: true }, true, 'all,shift']) assert.equal(role(none), null, JSON.stringify(none))
  assert.equal(roleOf({ ...WHO, groups: 'all', 'https://x/roles': 'shift' }, { ...config, roleClaim: 'https://x/roles' }), 'operator')
})

test('a name by the rule, and another one with a mark of who it is', () => {
  const first = (username: unknown, email?: unknown) => namesOf({ ...WHO, preferred_username: username, email })[0]
  assert.equal(first('anna'), 'anna')
  assert.equal(first(' Jörg.Müller@Plant.Example '), 'jorg.muller@plant.example')
  assert.equal(first('PLANT\\anna'), 'plant-anna')
  assert.equal(first(undefined, 'anna@plant.example'), 'anna@plant.example')
  assert.equal(first('李', 'li@plant.example'), 'li@plant.example')
  assert.equal(first(7, null), 'sso')
  for (const odd of ['x'.repeat(200), '__proto__', "'; drop table account", '\u0000\n', '-.-']) {
    for (const name of namesOf({ ...WHO, preferred_username: odd })) assert.match(name, ACCOUNT_NAME)
  }
  const [, other] = namesOf({ ...WHO, preferred_username: 'anna' })
  assert.match(other, /^anna-[0-9a-f]{8}$/)
  assert.notEqual(namesOf({ ...WHO, sub: '4712', preferred_username: 'anna' })[1], other)
})
