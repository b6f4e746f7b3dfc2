import assert from 'node:assert/strict'

/** A browser without a screen: it keeps cookies, follows redirects, and fills in the provider's forms. */
export interface Visitor {
  /** By host, as browsers do, whatever the port. */
  readonly cookies: Map<string, Map<string, string>>
  /** Goes to an address and on, to the first page that is no form. `turn` sees each address on the way, and says where to go instead. */
  visit(address: string, login: string, turn?: (url: URL) => URL | null): Promise<Arrival>
  /** The Cookie header for an address. */
  cookiesFor(address: string): string
}

export interface Arrival {
  readonly url: URL
  readonly status: number
  readonly text: string
  /** Of the whole way. */
  readonly setCookies: readonly string[]
}

const MOST_STEPS = 20

export function createVisitor(): Visitor {
  const cookies: Visitor['cookies'] = new Map()
  const cookiesFor = (address: string): string =>
    [...cookies.get(new URL(address).hostname) ?? []].map(([name, value]) => `${name}=${value}`).join('; ')

  function keep({ hostname }: URL, set: readonly string[]): void {
    const jar = cookies.get(hostname) ?? new Map<string, string>()
    cookies.set(hostname, jar)
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
  }

  return {
    cookies, cookiesFor,
    async visit(address, login, turn = (url) => url) {
      const setCookies: string[] = []
      let url = new URL(address)
      let form: URLSearchParams | null = null
      for (let step = 0; step < MOST_STEPS; step++) {
        const response: Response = await fetch(url, {
          method: form === null ? 'GET' : 'POST', redirect: 'manual', headers: { cookie: cookiesFor(url.href) }, body: form,
          signal: AbortSignal.timeout(20_000),
        })
        const text = await response.text()
        setCookies.push(...response.headers.getSetCookie())
        keep(url, response.headers.getSetCookie())
        const location = response.headers.get('location')
        const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1]
        if (location === null && action === undefined) return { url, status: response.status, text, setCookies }
        form = location === null ? formOf(text, login) : null
        const next = turn(new URL(location ?? action ?? '', url))
        if (next === null) return { url: new URL(location ?? action ?? '', url), status: response.status, text, setCookies }
        url = next
      }
      return assert.fail(`still on the way after ${MOST_STEPS} steps, at ${url.href}`)
    },
  }
}

function formOf(page: string, login: string): URLSearchParams {
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']): [string, string] => [name, value])
  return new URLSearchParams([...hidden, ['login', login], ['password', 'any']])
}
