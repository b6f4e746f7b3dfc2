import { kGetApi } from '@platformatic/kafka'
import type { API, Base } from '@platformatic/kafka'

/** A request in the newest form that the client and the brokers know. Rejects with an error for `classifyKafka`. */
export function negotiatedApi<A extends unknown[], R>(client: Base, name: string): Promise<API<A, R>> {
  return new Promise((resolve, reject) => {
    client[kGetApi]<A, R>(name, (error, api) => {
      if (api === undefined) reject(error ?? new Error(`no API ${name}`))
      else resolve(api)
    })
  })
}
