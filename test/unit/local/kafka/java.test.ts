import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { findJava, parseSettings } from '../../../../src/local/kafka/java.ts'
import { ExitError } from '../../../../src/runtime/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory java-'))
after(() => rmSync(folder, { recursive: true }))

/** What `java -XshowSettings:properties -version` prints, in short. */
const output = (version: string, home: string): string => `Property settings:
    file.encoding = UTF-8
    java.class.path =${' '}
    java.home = ${home}
    java.specification.version = ${version}
    java.version = ${version}.0.1
    java.vm.specification.version = 99
    java.vm.vendor = Some Vendor
    java.vm.version = ${version}.0.1+12-LTS
    sun.boot.library.path = /x
openjdk version "${version}.0.1" 2026-01-01
`

/** A folder with a `bin/java` that answers like that version; it says of itself that its home is elsewhere, as a shim does. */
function fakeJava(name: string, script: string): string {
  const home = join(folder, name)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'bin', 'java'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(home, 'bin', 'java'), 0o755)
  return home
}

const answering = (version: string): string =>
  fakeJava(`java-${version}`, `cat >&2 <<'END'\n${output(version, `/real home/${version}`)}END`)

describe('findJava', () => {
  test('JAVA_HOME goes before PATH', async () => {
    const found = await findJava({ JAVA_HOME: answering('21'), PATH: join(answering('17'), 'bin') })
    assert.deepEqual(found, { path: '/real home/21/bin/java', version: 21, build: 'Some Vendor 21.0.1+12-LTS' })
  })

  test('one that is too old is passed over', async () => {
    const PATH = ['11', '1.8', '17', '25'].map((version) => join(answering(version), 'bin')).join(':')
    assert.equal((await findJava({ JAVA_HOME: answering('11'), PATH })).version, 17)
  })

  test('only old ones: one line that names the version and what to do', async () => {
    await assert.rejects(findJava({ PATH: join(answering('1.8'), 'bin') }), (error) => {
      assert.ok(error instanceof ExitError)
      assert.match(error.message, /^Java 8 \(\/real home\/1\.8\/bin\/java\) is too old: Kafka needs Java 17 or later\. .*KAFKA_BROKERS/)
      assert.doesNotMatch(error.message, /\n/)
      return true
    })
  })

  test('none, or only the placeholder of macOS: one line that says what to install', async () => {
    const placeholder = fakeJava('placeholder', 'echo "Unable to locate a Java Runtime." >&2; exit 1')
    for (const PATH of [undefined, '', join(folder, 'missing'), join(placeholder, 'bin')]) {
      await assert.rejects(findJava({ JAVA_HOME: join(folder, 'missing'), PATH }), (error) => {
        assert.ok(error instanceof ExitError)
        assert.match(error.message, /^Java is not installed: .*[Ii]nstall/)
        return true
      })
    }
  })
})

describe('parseSettings', () => {
  test('counts versions as Java itself did before 9', () => {
    assert.equal(parseSettings(output('1.8', '/x'))?.version, 8)
    assert.equal(parseSettings(output('17', '/x'))?.version, 17)
  })

  test('is undefined for what is not Java', () => {
    assert.equal(parseSettings(''), undefined)
    assert.equal(parseSettings('command not found'), undefined)
  })
})
