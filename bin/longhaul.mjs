#!/usr/bin/env node
/** `longhaul` in a clone: builds what is missing or stale, then runs the command line in this process. */
import { ensureBuilt } from '../scripts/bootstrap.mjs';

try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`longhaul: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
const { main } = await import('../packages/cli/dist/src/main.js');
await main(process.argv.slice(2));
