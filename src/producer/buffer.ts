export interface Sized {
  readonly sizeBytes: number
}

/** Readings on their way to Kafka, oldest first. A reading stays until it is removed, or is dropped because there are too many. */
export interface ReadingBuffer<T extends Sized> {
  readonly length: number
  /** How many were dropped since the start. */
  readonly dropped: number
  /**
   * Adds the newest. When the buffer is full, the oldest that is not held is dropped for it: it is this one itself when all
   * others are held.
   */
  push(item: T): void
  /** The oldest, as many as fit within both limits, but at least one if there is any. They are held until the next call of these three. */
  hold(maxCount: number, maxBytes: number): T[]
  release(): void
  /** Takes out the oldest `count`. */
  remove(count: number): void
}

/** At most `capacity` readings; memory grows with what is in it. */
export function createBuffer<T extends Sized>(capacity: number): ReadingBuffer<T> {
  // A ring: `length` items from index `head` on, around the end.
  let ring: (T | undefined)[] = Array.from({ length: Math.min(capacity, 64) })
  let head = 0
  let length = 0
  let held = 0
  let dropped = 0

  const indexOf = (position: number): number => (head + position) % ring.length

  function grow(): void {
    const larger: (T | undefined)[] = Array.from({ length: Math.min(capacity, ring.length * 2) })
    for (let position = 0; position < length; position++) larger[position] = ring[indexOf(position)]
    ring = larger
    head = 0
  }

  /** What is held has been given to Kafka and may be acknowledged yet, so it moves up into the place of the one that goes. */
  function dropOldestFree(): void {
    for (let position = held; position > 0; position--) ring[indexOf(position)] = ring[indexOf(position - 1)]
    removeOldest()
    dropped++
  }

  function removeOldest(): void {
    ring[head] = undefined
    head = indexOf(1)
    length--
  }

  return {
    get length() { return length },
    get dropped() { return dropped },
    push(item) {
      if (length === capacity) {
        if (held === length) {
          dropped++
          return
        }
        dropOldestFree()
      }
      if (length === ring.length) grow()
      ring[indexOf(length)] = item
      length++
    },
    hold(maxCount, maxBytes) {
      const items: T[] = []
      let sizeBytes = 0
      while (items.length < Math.min(maxCount, length)) {
        const item = ring[indexOf(items.length)] as T
        sizeBytes += item.sizeBytes
        if (items.length > 0 && sizeBytes > maxBytes) break
        items.push(item)
      }
      held = items.length
      return items
    },
    release() { held = 0 },
    remove(count) {
      if (count > length) throw new RangeError(`${count} to remove of ${length}`)
      for (let removed = 0; removed < count; removed++) removeOldest()
      held = 0
    },
  }
}
