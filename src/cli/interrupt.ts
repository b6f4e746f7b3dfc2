/** Aborted by Ctrl+C or SIGTERM, so that a command can end what it began; a second Ctrl+C ends it at once. */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController()
  const interrupt = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}
