/**
 * Entry of a relay process under `npm start`: `longhaul relay --config FILE`, without the argument parser and its time to
 * load. With `--held` it loads everything and then waits for the message `go`.
 */
import { once } from 'node:events';
import module from 'node:module';
import { exitCodeOf, firstLine } from '../errors.js';

// A terminal sends Ctrl-C to this process too, perhaps before the relay listens: it is the parent's business.
process.on('SIGINT', () => {});
// From Node 22 on, compiled code is kept between runs: loading is most of what a start takes.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

try {
  const { runRelay } = await import('../commands/relay.js');
  await import('@longhaul/relay');
  if (process.argv.includes('--held')) await once(process, 'message');
  await runRelay({ file: process.argv[4] as string, flags: {} });
} catch (error) {
  process.stderr.write(`${firstLine(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
// The channel to the parent would keep a drained relay alive.
if (process.connected) process.disconnect();
