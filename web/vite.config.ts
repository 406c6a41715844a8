import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { licences } from './tools/licences';

// `npm run dev` and the mock (`npm run mock`) together: the API is asked there.
const gateway = process.env.POSTERN_API ?? 'http://127.0.0.1:8801';

export default defineConfig({
  plugins: [react(), licences()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    sourcemap: false,
    // No data: addresses for scripts or styles: the content security policy allows 'self' alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { host: '127.0.0.1', proxy: { '/api': gateway } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
