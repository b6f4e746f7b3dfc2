import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFrames } from '../../../src/runtime/event-stream.ts'

test('frames are whole, however they are cut on their way', async () => {
  const bytes = new TextEncoder().encode('event: a\ndata: "°"\n\n: beat\n\nevent: b\ndata: cut off')
  for (const size of [1, 7, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
    const frames: string[] = []
    for await (const frame of readFrames(ReadableStream.from(chunks))) frames.push(frame)
    assert.deepEqual(frames, ['event: a\ndata: "°"', ': beat'], `${size} bytes at once`)
  }
})

test('who has seen enough closes the connection', async () => {
  let closed = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => { controller.enqueue(new TextEncoder().encode('data: x\n\n')) },
    cancel: () => { closed = true },
  })
  for await (const frame of readFrames(body)) {
    assert.equal(frame, 'data: x')
    break
  }
  assert.equal(closed, true)
})
