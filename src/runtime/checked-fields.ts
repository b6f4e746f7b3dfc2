import { ExitError } from './errors.ts'

/** A value of a file, and where it is: `sites[0].zones[1].name`. Each call throws an `ExitError` with one line: where, what, what is allowed. */
export interface Field {
  readonly value: unknown
  refuse(allowed: string): never
  /** These keys, and no other; those of `optional` may be missing. */
  keys(required: readonly string[], optional?: readonly string[]): void
  /** Of an object; a field that isn't there has the value undefined. */
  at(key: string): Field
  /** At least one, by their keys. */
  entries(): [key: string, Field][]
  /** At least one. */
  items(): Field[]
  number(min: number, max: number): number
  integer(min: number, max: number): number
  text(pattern: RegExp, allowed: string): string
  oneOf<T extends string>(names: readonly T[]): T
}

export function fieldOf(file: string, value: unknown, path = ''): Field {
  const child = (key: string): Field => {
    const object = value as Readonly<Record<string, unknown>>
    return fieldOf(file, Object.hasOwn(object, key) ? object[key] : undefined, path === '' ? key : `${path}.${key}`)
  }

  function refuse(allowed: string): never {
    const where = path === '' ? 'the whole' : path
    throw new ExitError(value === undefined ? `${file}: ${where} is missing; it must be ${allowed}`
      : `${file}: ${where} is ${shortened(JSON.stringify(value))}; it must be ${allowed}`)
  }

  function requireObject(): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('a mapping of names to values')
    return value as Readonly<Record<string, unknown>>
  }

  function number(min: number, max: number, kind: string, is: (value: unknown) => boolean): number {
    if (!is(value) || (value as number) < min || (value as number) > max) refuse(`${kind} from ${min} to ${max}`)
    return value as number
  }

  return {
    value, refuse,
    keys(required, optional = []) {
      const known = [...required, ...optional]
      const unknown = Object.keys(requireObject()).find((key) => !known.includes(key))
      if (unknown !== undefined) throw new ExitError(`${file}: ${path === '' ? '' : `${path}.`}${unknown} is unknown; there are ${known.join(', ')}`)
      for (const key of required) if (child(key).value === undefined) child(key).refuse('given')
    },
    at: child,
    entries() {
      const keys = Object.keys(requireObject())
      if (keys.length === 0) refuse('a mapping with at least one name')
      return keys.map((key) => [key, child(key)])
    },
    items() {
      if (!Array.isArray(value) || value.length === 0) refuse('a list with at least one item')
      return (value as unknown[]).map((item, index) => fieldOf(file, item, `${path}[${index}]`))
    },
    number: (min, max) => number(min, max, 'a number', Number.isFinite),
    integer: (min, max) => number(min, max, 'a whole number', Number.isSafeInteger),
    text(pattern, allowed) {
      return typeof value === 'string' && pattern.test(value) ? value : refuse(allowed)
    },
    oneOf<T extends string>(names: readonly T[]): T {
      return names.find((name) => name === value) ?? refuse(`one of ${names.join(', ')}`)
    },
  }
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
