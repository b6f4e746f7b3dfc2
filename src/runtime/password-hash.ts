import crypto from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** The second choice of RFC 9106 would take 64 MiB a login; these 19 MiB and two passes are OWASP's least: 50 ms on a quiet processor. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

/** No password has it. To compare with where there is no account, so that it takes as long. */
export const DECOY_HASH = encode(crypto.randomBytes(SALT_BYTES), crypto.randomBytes(HASH_BYTES))

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.randomBytes(SALT_BYTES)
  return encode(salt, await derive(password, salt, COST, HASH_BYTES))
}

/** Takes as long for a wrong password as for the right one. Throws where the hash isn't one of ours. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', hash = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(stored) ?? []
  if (memory === undefined) throw new Error('a stored password hash is not argon2id')
  const expected = Buffer.from(hash, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return crypto.timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), cost, expected.length), expected)
}

async function derive(
  password: string, nonce: Buffer, cost: { memory: number, passes: number, parallelism: number }, tagLength: number,
): Promise<Buffer> {
  // The same letter may be typed as one code point or as two.
  const message = password.normalize('NFKC')
  // Node.js has it since 24.7, and npm brings 24.0 to Apple silicon. In JavaScript it takes 2 to 3 times as long, in pieces of 10 ms.
  if (typeof crypto.argon2 !== 'function') {
    const { memory: m, passes: t, parallelism: p } = cost
    return Buffer.from(await argon2idAsync(message, nonce, { m, t, p, dkLen: tagLength }))
  }
  return new Promise((resolve, reject) => {
    crypto.argon2('argon2id', { message, nonce, tagLength, ...cost }, (error, hash) => {
      if (error === null) resolve(hash)
      else reject(error)
    })
  })
}

function encode(salt: Buffer, hash: Buffer): string {
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

/** As the PHC string format wants it. */
function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
