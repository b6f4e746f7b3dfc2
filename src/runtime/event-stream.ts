/** The frames of an event stream (`text/event-stream`), each without the empty line that ends it. Leaving the loop closes the connection. */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const frames = (text + chunk).split('\n\n')
    text = frames.pop() ?? ''
    yield* frames
  }
}
