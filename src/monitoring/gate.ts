import { UnavailableError } from './poller.ts'

/** Lets so many in at once; who comes on top is refused at once instead of waiting. */
export interface Gate {
  /** Rejects with an `UnavailableError` when it is full. A place is free again when the work has ended. */
  enter<T>(work: () => Promise<T>): Promise<T>
}

export function createGate(places: number, fullReason: string): Gate {
  let taken = 0
  return {
    async enter(work) {
      if (taken >= places) throw new UnavailableError(fullReason)
      taken++
      try {
        return await work()
      } finally {
        taken--
      }
    },
  }
}
