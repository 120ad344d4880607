/** Builds the page into the relay's dist, from where its HTTP listener serves it. Nothing in it is fetched from elsewhere. */
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // mpegts.js is one large file; the page needs all of it to show anything.
    chunkSizeWarningLimit: 700,
  },
  // For work on the page itself: `npx vite packages/relay/page` in front of a running `npm start`.
  server: {
    proxy: {
      '/figures.json': 'http://127.0.0.1:8080',
      '^/explain\\.json': 'http://127.0.0.1:8080',
      '^/.*\\.flv$': 'http://127.0.0.1:8080',
    },
  },
});
