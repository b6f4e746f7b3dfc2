import type { App } from './app.ts'

/** The methods that a path takes, in the order of the alphabet; none where nothing is there. To be called before any route is added. */
export function watchMethods(app: App): (path: string) => readonly string[] {
  const routes: { readonly pattern: RegExp, readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    // A path that takes whatever follows says nothing of what is there.
    if (url.includes('*')) return
    const literal = url.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    routes.push({ pattern: new RegExp(`^${literal.replaceAll(/:[^/]+/g, '[^/]+')}$`), methods: [method].flat() })
  })
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].toSorted()
}
