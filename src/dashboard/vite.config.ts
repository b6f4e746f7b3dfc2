import { defineConfig } from 'vite'

// oxlint-disable-next-line import/no-default-export -- Vite asks for it
export default defineConfig({
  // Relative, so that the page also works under a path of a reverse proxy.
  base: './',
  // The page's policy allows no data: addresses, so nothing is inlined.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
