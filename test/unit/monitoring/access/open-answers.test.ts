import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createOpenAnswers } from '../../../../src/monitoring/access/open-answers.ts'

test('an answer without an end is cut when its reader may no longer, and the others go on', async (t) => {
  const errors: unknown[] = []
  const answers = createOpenAnswers((error) => errors.push(error), 20)
  const may: Record<string, () => Promise<boolean>> = { '/stays': async () => true, '/ends': async () => true, '/fails': async () => true }
  const server = createServer((request, response) => {
    response.write('begun')
    answers.add(response, async () => may[request.url ?? '']?.() ?? false)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.after(() => {
    answers.close()
    server.closeAllConnections()
    server.close()
  })
  const open = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
    let over = false
    const ended = response.text().then(() => {}, () => {}).finally(() => { over = true })
    return { ended, over: () => over }
  }
  const [stays, ends, fails] = await Promise.all([open('/stays'), open('/ends'), open('/fails')])
  may['/ends'] = async () => false
  may['/fails'] = async () => { throw new Error('a bug') }
  await Promise.all([ends.ended, fails.ended])
  assert.equal(stays.over(), false)
  assert.match(String(errors[0]), /a bug/)
})
