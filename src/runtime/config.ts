import { readFileSync } from 'node:fs'
import { ExitError, messageOf } from './errors.ts'

/** One environment variable: how it is read, what is allowed, and the sentence about it in docs/config.md. */
export interface Variable<T> {
  readonly help: string
  /** Absent: the variable must be set. */
  readonly defaultValue?: T
  /** How the default reads in the docs, where it isn't the value itself. */
  readonly defaultText?: string
  /** What is allowed, in words, for the error and for the docs. */
  readonly allowed: string
  /** May also be given as a file's path in NAME_FILE, and is never printed. */
  readonly secret?: boolean
  /** The value, or undefined when it isn't allowed; may throw an `ExitError` that says more. */
  parse(text: string): T | undefined
}

export type Variables = Readonly<Record<string, Variable<unknown>>>
export type Values<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never }
export type Environment = Readonly<Record<string, string | undefined>>

interface Options<T> {
  readonly help: string
  readonly defaultValue?: T
  readonly defaultText?: string
}

export function text(options: Options<string> & { secret?: boolean, allowed?: string, pattern?: RegExp }): Variable<string> {
  return { allowed: 'a text that is not empty', ...options, parse: (value) => (options.pattern?.test(value) ?? true ? value : undefined) }
}

export function integer(options: Options<number> & { min: number, max: number }): Variable<number> {
  return numeric(options, `a whole number from ${options.min} to ${options.max}`, Number.isSafeInteger)
}

export function decimal(options: Options<number> & { min: number, max: number }): Variable<number> {
  return numeric(options, `a number from ${options.min} to ${options.max}`, Number.isFinite)
}

function numeric(options: Options<number> & { min: number, max: number }, allowed: string, is: (value: number) => boolean): Variable<number> {
  return {
    ...options, allowed,
    parse: (value) => {
      const number = Number(value)
      return is(number) && number >= options.min && number <= options.max ? number : undefined
    },
  }
}

export function oneOf<const T extends string>(names: readonly T[], options: Options<NoInfer<T>>): Variable<T> {
  return { ...options, allowed: names.join(', '), parse: (value) => names.find((name) => name === value) }
}

export function flag(options: Options<boolean>): Variable<boolean> {
  return { ...options, allowed: '1 or 0', parse: (value) => (value === '1' ? true : value === '0' ? false : undefined) }
}

export function port(options: Options<number>): Variable<number> {
  return integer({ ...options, min: 1, max: 65_535 })
}

/** `host:port,host:port` */
export function hostList(options: Options<readonly string[]>): Variable<readonly string[]> {
  return list({ ...options, allowed: 'host:port, several with commas between' }, isHostAndPort)
}

/** With commas between; each item has to fit. */
export function list(options: Options<readonly string[]> & { readonly allowed: string }, fits: (item: string) => boolean): Variable<readonly string[]> {
  return {
    ...options,
    parse: (value) => {
      const items = value.split(',').map((item) => item.trim())
      return items.every(fits) ? items : undefined
    },
  }
}

function isHostAndPort(text: string): boolean {
  const match = /^[^\s:,]+:(\d{1,5})$/.exec(text)
  return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 65_535
}

/**
 * Reads all variables, or throws an `ExitError` whose one line names the first wrong one, its value and what is allowed.
 * An empty variable counts as not set, as in a compose file.
 */
export function readVariables<V extends Variables>(variables: V, env: Environment): Values<V> {
  const values: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables)) values[name] = readVariable(name, variable, env)
  return values as Values<V>
}

function readVariable(name: string, variable: Variable<unknown>, env: Environment): unknown {
  const given = variable.secret === true && env[`${name}_FILE`] ? secretFile(`${name}_FILE`, env[`${name}_FILE`] as string) : env[name]
  if (given === undefined || given.trim() === '') {
    if (!('defaultValue' in variable)) throw new ExitError(`${name} is not set; it must be ${variable.allowed}`)
    return variable.defaultValue
  }
  const value = variable.parse(given.trim())
  if (value === undefined) {
    // As JSON: a value with a line end in it must not make two lines.
    throw new ExitError(`${name} is ${variable.secret === true ? 'not valid' : JSON.stringify(given)}; it must be ${variable.allowed}`)
  }
  return value
}

function secretFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ExitError(`${name} names a file that can't be read: ${messageOf(error)}`)
  }
}
