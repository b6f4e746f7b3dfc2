import { basename, dirname } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from '../app.ts'

/** The pages, by their path. */
export const PAGES: Readonly<Record<string, string>> = { '/': 'index.html', '/alarms': 'alarms.html', '/sensors': 'sensors.html', '/kafka': 'kafka.html' }

/** What a page's path answers while there is no build. */
export const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Factory Monitoring</title>
<h1>The page is not built</h1>
<p>Run <code>npm run build</code> in the project's folder, then load this page again. The API works without it:
<a href="/api/system-status">/api/system-status</a>, <a href="/docs">/docs</a>.</p>
</html>
`

/** The pages, from the folder that the build writes; files are looked up on each request, so it may be built later. */
export async function registerDashboard(app: App, dir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: dir,
    suppressWarning: true,
    index: false,
    cacheControl: false,
    // Vite puts a hash of the content into the names below assets/; the others keep their name when they change.
    setHeaders: (reply, path) => {
      const hashed = basename(dirname(path)) === 'assets'
      void reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  for (const [path, file] of Object.entries(PAGES)) {
    app.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile(file))
  }
}
