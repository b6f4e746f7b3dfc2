import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_NAME_LENGTH, REJECT_REASONS, isRejection, parseReading, printable } from '../../../src/contract/reading.ts'
import type { AcceptedTime, Reading, RejectReason, Rejection, ValidReading } from '../../../src/contract/reading.ts'
import { ALERT_LEVELS, SENSOR_TYPE_NAMES } from '../../../src/contract/sensor-types.ts'
import { MAX_MESSAGE_BYTES } from '../../../src/contract/topics.ts'

const TIME = '2026-01-31T12:00:00.011144Z'
const TIME_US = 1_769_860_800_011_144
const HOUR_US = 3_600_000_000
const ACCEPTED: AcceptedTime = { oldestUs: TIME_US - 48 * HOUR_US, newestUs: TIME_US + 24 * HOUR_US }

const FULL: Reading = {
  timestamp: TIME,
  sensor_id: 'temp-sensor-001',
  sensor_type: 'temperature',
  location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' },
  value: 42.48,
  unit: '°C',
  alert_level: 'critical',
  quality: 1,
  metadata: { reading_count: 14, warning_threshold: 35, critical_threshold: 40, producer_epoch: 'e1', sequence: 13 },
}
const FULL_RESULT: ValidReading = {
  timeUs: TIME_US, sensorId: 'temp-sensor-001', sensorType: 'temperature', section: 'production', machine: 'machine-001', zone: 'zone-a',
  value: 42.48, unit: '°C', level: 'critical', quality: 1, readingCount: 14, warningThreshold: 35, criticalThreshold: 40, epoch: 'e1', sequence: 13,
}

/** FULL without or with other fields; undefined leaves one out. */
function full(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...FULL, ...changes }
}

function inMetadata(changes: Record<string, unknown>): Record<string, unknown> {
  return full({ metadata: { ...FULL.metadata, ...changes } })
}

function inLocation(changes: Record<string, unknown>): Record<string, unknown> {
  return full({ location: { ...FULL.location, ...changes } })
}

function parse(json: unknown, accepted = ACCEPTED): ValidReading | Rejection {
  return parseReading(Buffer.from(JSON.stringify(json)), accepted)
}

function parseText(text: string): ValidReading | Rejection {
  return parseReading(Buffer.from(text), ACCEPTED)
}

function accepted(result: ValidReading | Rejection): ValidReading {
  if (isRejection(result)) return assert.fail(`refused as ${result.reason}: ${result.detail}`)
  return result
}

function assertRejected(result: ValidReading | Rejection, reason: RejectReason, detail?: RegExp): void {
  if (!isRejection(result)) return assert.fail('accepted')
  assert.equal(result.reason, reason, result.detail)
  if (detail !== undefined) assert.match(result.detail, detail)
}

describe('a reading is accepted', () => {
  test('with all its fields', () => assert.deepEqual(parse(FULL), FULL_RESULT))

  test('as the seed shows it: without epoch and sequence', () => {
    const { reading_count, warning_threshold, critical_threshold } = FULL.metadata ?? {}
    assert.deepEqual(parse(full({ metadata: { reading_count, warning_threshold, critical_threshold } })), { ...FULL_RESULT, epoch: null, sequence: null })
  })

  test('without any optional field', () => {
    assert.deepEqual(parse(full({ metadata: undefined, quality: undefined, alert_level: undefined })), {
      ...FULL_RESULT, level: null, quality: null, readingCount: null, warningThreshold: null, criticalThreshold: null, epoch: null, sequence: null,
    })
  })

  test('with null for what is optional', () => {
    const result = accepted(parse(full({ metadata: null, quality: null, alert_level: null })))
    assert.equal(result.quality, null)
    assert.equal(result.level, null)
    assert.equal(result.readingCount, null)
  })

  for (const [field, read] of [
    ['reading_count', 'readingCount'], ['warning_threshold', 'warningThreshold'], ['critical_threshold', 'criticalThreshold'],
  ] as const) {
    test(`without metadata.${field}, or with null`, () => {
      assert.deepEqual(parse(inMetadata({ [field]: undefined })), { ...FULL_RESULT, [read]: null })
      assert.deepEqual(parse(inMetadata({ [field]: null })), { ...FULL_RESULT, [read]: null })
    })
  }

  test('and an epoch or a sequence alone means nothing', () => {
    assert.deepEqual(parse(inMetadata({ sequence: undefined })), { ...FULL_RESULT, epoch: null, sequence: null })
    assert.deepEqual(parse(inMetadata({ producer_epoch: undefined })), { ...FULL_RESULT, epoch: null, sequence: null })
  })

  test('with a number as the epoch, kept as text', () => {
    assert.equal(accepted(parse(inMetadata({ producer_epoch: 1_769_860_800_000 }))).epoch, '1769860800000')
  })

  test('with sequence 0, the first of an epoch', () => assert.equal(accepted(parse(inMetadata({ sequence: 0 }))).sequence, 0))

  for (const sensorType of SENSOR_TYPE_NAMES) {
    test(`of type ${sensorType}`, () => assert.equal(accepted(parse(full({ sensor_type: sensorType }))).sensorType, sensorType))
  }
  for (const level of ALERT_LEVELS) {
    test(`with level ${level}`, () => assert.equal(accepted(parse(full({ alert_level: level }))).level, level))
  }
  for (const value of ['0', '-0', '-40', '5e-324', '1.7976931348623157e308', '-1.7976931348623157e308', '1000000']) {
    test(`with the value ${value}, however implausible`, () => {
      assert.equal(accepted(parseText(JSON.stringify(FULL).replace('42.48', value))).value, Number(value))
    })
  }
  for (const quality of [0, 0.5, 1]) {
    test(`with quality ${quality}`, () => assert.equal(accepted(parse(full({ quality }))).quality, quality))
  }

  test('with unknown extra fields, whatever is in them', () => {
    const extra = { firmware: '\u0000', battery: [1, { deep: '\uD800' }], __proto__: null, value_raw: 'NaN' }
    assert.deepEqual(parse(full(extra)), FULL_RESULT)
    assert.deepEqual(parse(inMetadata({ shift: '\u0000' })), FULL_RESULT)
    assert.deepEqual(parse(inLocation({ line: 7 })), FULL_RESULT)
  })

  test('with white space around it', () => assert.deepEqual(parseText(`\r\n\t ${JSON.stringify(FULL, null, 2)} \n`), FULL_RESULT))

  test('with names as long as they may be, in any script', () => {
    const name = '機'.repeat(MAX_NAME_LENGTH)
    const result = accepted(parse({ ...inLocation({ factory_section: name, machine_id: name, zone: '🏭'.repeat(MAX_NAME_LENGTH / 2) }), sensor_id: name }))
    assert.equal(result.sensorId, name)
    assert.equal(result.machine, name)
  })

  test('with empty names for unit and location', () => {
    const result = accepted(parse({ ...inLocation({ zone: '' }), unit: '' }))
    assert.equal(result.zone, '')
    assert.equal(result.unit, '')
  })

  test('of two equal keys the last one counts, as in every JSON parser', () => {
    assert.equal(accepted(parseText(JSON.stringify(FULL).replace('"value":42.48', '"value":"x","value":1,"value":7'))).value, 7)
  })

  test('at the limits of the accepted time, both included', () => {
    assert.equal(accepted(parse(FULL, { oldestUs: TIME_US, newestUs: TIME_US })).timeUs, TIME_US)
  })

  test('at the size limit of the topic', () => {
    const shell = JSON.stringify(full({ padding: '' }))
    const text = JSON.stringify(full({ padding: 'x'.repeat(MAX_MESSAGE_BYTES - shell.length - 1024) }))
    assert.deepEqual(parseText(text), FULL_RESULT)
  })

  test('with an ignored field nested 200,000 deep', () => {
    const text = JSON.stringify(full({ extra: 0 })).replace('"extra":0', `"extra":${'['.repeat(200_000)}${']'.repeat(200_000)}`)
    assert.deepEqual(parseText(text), FULL_RESULT)
  })
})

describe('a message is refused', () => {
  const seen = new Set<RejectReason>()
  function refuses(title: string, reason: RejectReason, result: () => ValidReading | Rejection, detail?: RegExp): void {
    seen.add(reason)
    test(`${reason}: ${title}`, () => assertRejected(result(), reason, detail))
  }

  refuses('null, a tombstone', 'empty', () => parseReading(null, ACCEPTED))
  refuses('undefined', 'empty', () => parseReading(undefined, ACCEPTED))
  refuses('no byte', 'empty', () => parseReading(Buffer.alloc(0), ACCEPTED))

  refuses('a byte that UTF-8 has not', 'not_utf8', () => parseReading(Buffer.from([0x7b, 0xff, 0x7d]), ACCEPTED))
  refuses('a cut character', 'not_utf8', () => parseReading(Buffer.from('{"unit":"°').subarray(0, -1), ACCEPTED))
  refuses('a surrogate in UTF-8', 'not_utf8', () => parseReading(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), ACCEPTED))
  refuses('UTF-16', 'not_utf8', () => parseReading(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(JSON.stringify(FULL), 'utf16le')]), ACCEPTED))
  refuses('Latin-1', 'not_utf8', () => parseReading(Buffer.from(JSON.stringify(FULL), 'latin1'), ACCEPTED))

  refuses('spaces', 'not_json', () => parseText('   '))
  refuses('words', 'not_json', () => parseText('temperature is fine'))
  refuses('a cut message', 'not_json', () => parseText(JSON.stringify(FULL).slice(0, -1)))
  refuses('two in one', 'not_json', () => parseText(`${JSON.stringify(FULL)}${JSON.stringify(FULL)}`))
  refuses('NaN, as Python writes it', 'not_json', () => parseText(JSON.stringify(FULL).replace('42.48', 'NaN')))
  refuses('Infinity, as Python writes it', 'not_json', () => parseText(JSON.stringify(FULL).replace('42.48', '-Infinity')))
  refuses('single quotes, as Python prints a dict', 'not_json', () => parseText(`{'value': 1}`))
  refuses('a comma at the end', 'not_json', () => parseText('{"value": 1,}'))
  refuses('a byte order mark', 'not_json', () => parseText(`\ufeff${JSON.stringify(FULL)}`))
  refuses('zeros', 'not_json', () => parseReading(Buffer.alloc(4096), ACCEPTED))
  refuses('4 MB of brackets', 'not_json', () => parseText('['.repeat(MAX_MESSAGE_BYTES)))

  refuses('null', 'not_an_object', () => parseText('null'), /this is null/)
  refuses('a number', 'not_an_object', () => parseText('42'), /a number/)
  refuses('a string', 'not_an_object', () => parseText('"{}"'), /a string/)
  refuses('an array of readings', 'not_an_object', () => parse([FULL]), /an array/)
  refuses('a deep array', 'not_an_object', () => parseText('['.repeat(100_000) + ']'.repeat(100_000)))

  for (const key of ['timestamp', 'sensor_id', 'sensor_type', 'location', 'value', 'unit']) {
    refuses(`${key} is missing`, 'missing_field', () => parse(full({ [key]: undefined })), new RegExp(`^${key} is missing$`))
    refuses(`${key} is null`, 'wrong_type', () => parse(full({ [key]: null })), new RegExp(`^${key} is null`))
    refuses(`${key} is true`, 'wrong_type', () => parse(full({ [key]: true })), new RegExp(`^${key} is a boolean`))
    refuses(`${key} is an array`, 'wrong_type', () => parse(full({ [key]: [] })), new RegExp(`^${key} is an array`))
  }
  for (const key of ['factory_section', 'machine_id', 'zone']) {
    refuses(`location.${key} is missing`, 'missing_field', () => parse(inLocation({ [key]: undefined })), new RegExp(`^location\\.${key} is missing$`))
    refuses(`location.${key} is a number`, 'wrong_type', () => parse(inLocation({ [key]: 1 })), new RegExp(`^location\\.${key} is a number`))
  }
  refuses('everything is missing, the first is named', 'missing_field', () => parseText('{}'), /^sensor_id is missing$/)
  refuses('fields that only __proto__ has', 'missing_field', () => parseText(`{"__proto__":${JSON.stringify(FULL)}}`), /^sensor_id is missing$/)
  refuses('a value in quotes', 'wrong_type', () => parse(full({ value: '42.48' })), /^value is a string, wanted is a number$/)
  refuses('an empty value', 'wrong_type', () => parse(full({ value: '' })))
  refuses('a location as text', 'wrong_type', () => parse(full({ location: 'production/machine-001' })), /^location is a string, wanted is an object$/)
  refuses('a number as the timestamp', 'wrong_type', () => parse(full({ timestamp: 1_769_860_800 })))
  refuses('alert_level is a number', 'wrong_type', () => parse(full({ alert_level: 2 })))
  refuses('quality is a text', 'wrong_type', () => parse(full({ quality: 'good' })))
  refuses('metadata is an array', 'wrong_type', () => parse(full({ metadata: [] })), /^metadata is an array/)
  refuses('metadata is a text', 'wrong_type', () => parse(full({ metadata: '{}' })))
  refuses('half a reading_count', 'wrong_type', () => parse(inMetadata({ reading_count: 1.5 })), /whole number/)
  refuses('a text as reading_count', 'wrong_type', () => parse(inMetadata({ reading_count: '14' })))
  refuses('a text as a threshold', 'wrong_type', () => parse(inMetadata({ warning_threshold: '35' })), /^metadata\.warning_threshold/)
  refuses('half a sequence', 'wrong_type', () => parse(inMetadata({ sequence: 0.5 })))
  refuses('an object as the epoch', 'wrong_type', () => parse(inMetadata({ producer_epoch: {} })), /^metadata\.producer_epoch/)
  refuses('a fraction as the epoch', 'wrong_type', () => parse(inMetadata({ producer_epoch: 1.5 })))

  refuses('1e999', 'not_finite', () => parseText(JSON.stringify(FULL).replace('42.48', '1e999')), /^value is too large/)
  refuses('-1e999', 'not_finite', () => parseText(JSON.stringify(FULL).replace('42.48', '-1e999')))
  refuses('1e999 as quality', 'not_finite', () => parseText(JSON.stringify(FULL).replace('"quality":1', '"quality":1e999')), /^quality/)
  refuses('1e999 as a threshold', 'not_finite', () => parseText(JSON.stringify(FULL).replace('"critical_threshold":40', '"critical_threshold":1e999')))
  refuses('1e999 as sequence', 'not_finite', () => parseText(JSON.stringify(FULL).replace('"sequence":13', '"sequence":1e999')))

  refuses('negative quality', 'out_of_range', () => parse(full({ quality: -0.01 })), /^quality is -0\.01, allowed is 0 to 1$/)
  refuses('quality in percent', 'out_of_range', () => parse(full({ quality: 98 })))
  refuses('a negative reading_count', 'out_of_range', () => parse(inMetadata({ reading_count: -1 })))
  refuses('a reading_count of five bytes', 'out_of_range', () => parse(inMetadata({ reading_count: 2 ** 31 })))
  refuses('a negative sequence', 'out_of_range', () => parse(inMetadata({ sequence: -1 })))
  refuses('a sequence that a number can\'t hold', 'out_of_range', () => parse(inMetadata({ sequence: 2 ** 53 })))

  refuses('sensor_id', 'empty_string', () => parse(full({ sensor_id: '' })), /^sensor_id is empty$/)

  for (const [title, build] of [
    ['sensor_id', (name: string) => full({ sensor_id: name })],
    ['unit', (name: string) => full({ unit: name })],
    ['location.factory_section', (name: string) => inLocation({ factory_section: name })],
    ['location.machine_id', (name: string) => inLocation({ machine_id: name })],
    ['location.zone', (name: string) => inLocation({ zone: name })],
    ['metadata.producer_epoch', (name: string) => inMetadata({ producer_epoch: name })],
  ] as const) {
    const starts = new RegExp(`^${title} `)
    refuses(title, 'too_long', () => parse(build('x'.repeat(MAX_NAME_LENGTH + 1))), starts)
    refuses(title, 'nul_character', () => parse(build('a\u0000b')), starts)
    refuses(title, 'lone_surrogate', () => parseText(JSON.stringify(build('PLACE')).replace('PLACE', 'a\\ud83cb')), starts)
  }

  refuses('no zone', 'bad_timestamp', () => parse(full({ timestamp: '2026-01-31T12:00:00' })), /2026-01-31T12:00:00"/)
  refuses('an empty time', 'bad_timestamp', () => parse(full({ timestamp: '' })))
  refuses('a time with a NUL in it', 'bad_timestamp', () => parse(full({ timestamp: '2026\u0000' })), /^timestamp is "2026·"/)
  refuses('a microsecond too new', 'in_the_future', () => parse(FULL, { oldestUs: 0, newestUs: TIME_US - 1 }))
  refuses('the year 9999', 'in_the_future', () => parse(full({ timestamp: '9999-12-31T23:59:59.999999Z' })))
  refuses('a microsecond too old', 'older_than_retention', () => parse(FULL, { oldestUs: TIME_US + 1, newestUs: TIME_US + 2 }))
  refuses('1970', 'older_than_retention', () => parse(full({ timestamp: '1970-01-01T00:00:00Z' })))

  for (const name of ['Temperature', 'temperature ', '', 'constructor', '__proto__', 'toString', 'x'.repeat(100_000)]) {
    refuses(JSON.stringify(name.slice(0, 20)), 'unknown_sensor_type', () => parse(full({ sensor_type: name })), /known are temperature, vibration/)
  }
  for (const level of ['Normal', 'high', '', 'warning\u0000']) {
    refuses(JSON.stringify(level), 'unknown_alert_level', () => parse(full({ alert_level: level })), /known are normal, warning, critical$/)
  }

  test('for every reason of the list but those that are found later, at the database', () => {
    assert.deepEqual([...REJECT_REASONS].filter((reason) => !seen.has(reason)), ['sequence_too_old', 'refused_by_database'])
  })
})

describe('whatever comes', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => !text.includes('\0') && text.isWellFormed() && text.length <= MAX_NAME_LENGTH)
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> => fc.oneof(arbitrary, fc.constant(null), fc.constant(undefined))
  const good = fc.record({
    timestamp: fc.date({ min: new Date('2026-01-30T00:00:00Z'), max: new Date('2026-02-01T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString()),
    sensor_id: name,
    sensor_type: fc.constantFrom(...SENSOR_TYPE_NAMES),
    location: fc.record({ factory_section: name, machine_id: name, zone: name }),
    value: finite,
    unit: name,
    alert_level: optional(fc.constantFrom(...ALERT_LEVELS)),
    quality: optional(fc.double({ min: 0, max: 1, noNaN: true })),
    metadata: optional(fc.record({
      reading_count: optional(fc.nat()), warning_threshold: optional(finite), critical_threshold: optional(finite),
      producer_epoch: optional(fc.oneof(name, fc.maxSafeInteger())), sequence: optional(fc.maxSafeNat().filter((n) => n < Number.MAX_SAFE_INTEGER)),
    })),
  })

  /** Holds for each result: a reading that PostgreSQL can store, or a reason that can be written to a header, a column and a log. */
  function assertSound(result: ValidReading | Rejection): void {
    if (isRejection(result)) {
      assert.ok(REJECT_REASONS.includes(result.reason))
      assert.ok(result.detail.length > 0 && result.detail.length < 500, result.detail)
      assert.ok(result.detail.isWellFormed())
      assert.doesNotMatch(result.detail, /[\u0000-\u001f]/)
      return
    }
    for (const text of [result.sensorId, result.section, result.machine, result.zone, result.unit, result.epoch ?? '']) {
      assert.ok(text.isWellFormed() && !text.includes('\0') && text.length <= MAX_NAME_LENGTH)
    }
    assert.ok(Number.isFinite(result.value))
    assert.equal(result.epoch === null, result.sequence === null)
  }

  test('a good reading is accepted and comes back as it was sent', () => {
    fc.assert(fc.property(good, (reading) => {
      const result = accepted(parse(reading))
      assertSound(result)
      assert.equal(result.sensorId, reading.sensor_id)
      assert.equal(result.value, reading.value === 0 ? 0 : reading.value)
      assert.equal(result.quality, reading.quality === undefined ? null : reading.quality === 0 ? 0 : reading.quality)
      assert.equal(result.timeUs, Date.parse(reading.timestamp) * 1000)
    }), { numRuns: 1000 })
  })

  test('a good reading with any one field replaced never throws', () => {
    const fields = ['timestamp', 'sensor_id', 'sensor_type', 'location', 'value', 'unit', 'alert_level', 'quality', 'metadata']
    fc.assert(fc.property(good, fc.constantFrom(...fields), fc.jsonValue({ stringUnit: 'binary' }), (reading, field, value) => {
      assertSound(parse({ ...reading, [field]: value }))
    }), { numRuns: 2000 })
  })

  test('a good reading with any field of its metadata or location replaced never throws', () => {
    const fields = ['reading_count', 'warning_threshold', 'critical_threshold', 'producer_epoch', 'sequence', 'zone', 'machine_id', 'factory_section']
    fc.assert(fc.property(fc.constantFrom(...fields), fc.jsonValue({ stringUnit: 'binary' }), (field, value) => {
      assertSound(parse(inMetadata({ [field]: value })))
      assertSound(parse(inLocation({ [field]: value })))
    }), { numRuns: 2000 })
  })

  test('a good reading with any byte changed never throws', () => {
    const bytes = Buffer.from(JSON.stringify(FULL))
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (position, byte) => {
      const changed = Buffer.from(bytes)
      changed[position] = byte
      assertSound(parseReading(changed, ACCEPTED))
    }), { numRuns: 3000 })
  })

  test('any JSON never throws', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (json) => assertSound(parse(json))), { numRuns: 1000 })
  })

  test('any bytes never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assertSound(parseReading(Buffer.from(bytes), ACCEPTED))), { numRuns: 2000 })
  })

  test('nothing that is parsed changes the prototype of all objects', () => {
    parseText('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  })
})

test('printable makes any text fit for a log line', () => {
  assert.equal(printable('a\nb\u0000c\u007f'), 'a·b·c·')
  assert.equal(printable('x'.repeat(100)).length, 80)
  // The cut goes through a pair of surrogates.
  assert.equal(printable(`${'x'.repeat(79)}🏭`), `${'x'.repeat(79)}\ufffd`)
})
