import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { KAFKA_VERSION, librariesFolder, reasonOf } from '../../../../src/local/kafka/libraries.ts'

const read = (name: string): string => readFileSync(new URL(`../../../../src/local/kafka/${name}`, import.meta.url), 'utf8')

describe('the pinned versions', () => {
  test('pom.xml names the version of Kafka that we say', () => {
    const version = KAFKA_VERSION.replaceAll('.', '\\.')
    assert.match(read('pom.xml'), new RegExp(`<artifactId>kafka_2\\.13</artifactId>\\s*<version>${version}</version>`))
    assert.match(librariesFolder(), new RegExp(`/node_modules/\\.cache/kafka-${version}-[0-9a-f]{8}/libs$`))
  })

  test('every version in pom.xml is exact', () => {
    const versions = [...read('pom.xml').matchAll(/<version>(.*?)<\/version>/g)].map((match) => match[1])
    assert.equal(versions.length, 4)
    for (const version of versions) assert.match(version ?? '', /^[\d.]+$/)
  })

  test('the wrapper downloads Maven from where it does by default', () => {
    const url = /^distributionUrl=(.*)$/m.exec(read('.mvn/wrapper/maven-wrapper.properties'))?.[1]
    assert.match(url ?? '', /^https:\/\/repo\.maven\.apache\.org\/maven2\/org\/apache\/maven\/apache-maven\/[\d.]+\/apache-maven-[\d.]+-bin\.zip$/)
  })
})

describe('reasonOf', () => {
  test('is the first error that Maven prints', () => {
    const stdout = '\u001B[0m\u001B[0m[WARNING] slow\n[ERROR] Could not transfer artifact a:b:1\n[ERROR] \n[ERROR] Re-run Maven with -e\n'
    assert.equal(reasonOf(stdout, ''), 'Could not transfer artifact a:b:1')
  })

  test('is the last line of the wrapper', () => {
    assert.equal(reasonOf('', 'curl: (6) no host\ncurl: Failed to fetch https://x\n'), 'curl: Failed to fetch https://x')
  })

  test('is undefined when nothing was printed', () => {
    assert.equal(reasonOf('', '\n'), undefined)
  })
})
