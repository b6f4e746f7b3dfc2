import { resolve } from 'node:path'
import { defineConfig } from 'vite'

// oxlint-disable-next-line import/no-default-export -- Vite asks for it
export default defineConfig({
  // Relative, so that the pages also work under a path of a reverse proxy.
  base: './',
  build: {
    outDir: 'dist', emptyOutDir: true, modulePreload: { polyfill: false },
    // The pages' policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['index.html', 'alarms.html', 'sensors.html', 'kafka.html'].map((page) => resolve(import.meta.dirname, page)) },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
