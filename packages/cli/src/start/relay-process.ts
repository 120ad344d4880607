/** Entry of a relay process under `npm start`: `longhaul relay --config FILE` without the argument parser, which takes longer to load than the relay has. */
import { runRelay } from '../commands/relay.js';
import { exitCodeOf, firstLine } from '../errors.js';

try {
  await runRelay({ file: process.argv[4] as string, flags: {} });
} catch (error) {
  process.stderr.write(`${firstLine(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
// The channel to the parent would keep a drained relay alive.
if (process.connected) process.disconnect();
