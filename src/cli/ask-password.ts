import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { PASSWORD_LENGTH } from '../contract/access-api.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'

/**
 * A new password: from the file, else typed twice on the terminal, where it isn't shown. Never an argument or a variable, which other
 * programs of the machine can see. Throws an `ExitError` when there is neither, or it is too short.
 */
export async function askPassword(file: string | null): Promise<string> {
  const password = file === null ? await typedTwice() : readPasswordFile(file)
  const { least, most } = PASSWORD_LENGTH
  if (password.length < least || password.length > most) throw new ExitError(`the password must have ${least} to ${most} characters; it has ${password.length}`)
  return password
}

function readPasswordFile(path: string): string {
  try {
    // An editor ends the line.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new ExitError(`PASSWORD_FILE names a file that can't be read: ${messageOf(error)}`)
  }
}

async function typedTwice(): Promise<string> {
  if (!process.stdin.isTTY) throw new ExitError('there is no terminal to type the password on; give a file: PASSWORD_FILE=…')
  const password = await typed('Password: ')
  if (await typed('Once more: ') !== password) throw new ExitError('the two passwords are not the same; nothing was changed')
  return password
}

/** What is typed goes to a terminal that writes nothing. */
async function typed(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  const interrupted = new Promise<never>((_resolve, reject) => {
    lines.once('SIGINT', () => reject(new ExitError('interrupted; nothing was changed')))
    lines.once('close', () => reject(new ExitError('no password was typed; nothing was changed')))
  })
  try {
    return await Promise.race([lines.question(''), interrupted])
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
