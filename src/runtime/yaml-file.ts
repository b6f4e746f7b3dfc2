import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { fieldOf } from './checked-fields.ts'
import type { Field } from './checked-fields.ts'
import { ExitError, messageOf } from './errors.ts'

/**
 * The content of a file of YAML, or of JSON, which is YAML too. Throws an `ExitError` with one line that begins with `what`, such as
 * `the plant file`.
 */
export function readYamlFile(path: string, what: string): Field {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ExitError(`${what} can't be read: ${messageOf(error)}`)
  }
  return parseYaml(text, path)
}

/** Throws an `ExitError` with one line that names the file and the place. */
export function parseYaml(text: string, file: string): Field {
  const document = parseDocument(text, { prettyErrors: true })
  const problem = document.errors[0]
  if (problem !== undefined) throw new ExitError(`${file} is not YAML: ${problem.message.split('\n')[0]?.replace(/:$/, '')}`)
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    throw new ExitError(`${file} is not YAML: ${messageOf(error)}`)
  }
  return fieldOf(file, value)
}
