#!/usr/bin/env node
/** `longhaul` in a clone: builds what is missing or stale, then runs the command line in this process. */
import { ensureBuilt } from '../scripts/bootstrap.mjs';

/** Commands of packages that the command line itself does not know. */
const EXTRAS = ['../netem/dist/src/commands.js', '../bench/dist/src/command.js'];

try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`longhaul: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
const { main } = await import('../packages/cli/dist/src/main.js');
const modules = await Promise.all(EXTRAS.map((file) => import(file)));
await main(process.argv.slice(2), { commands: modules.flatMap(({ commands }) => commands) });
