/** Process for a test: runs an arm on a link until it is killed. Arguments: result directory. */
import { runBench } from '../../src/run/index.js';

await runBench({
  out: process.argv[2] as string,
  profiles: ['hk-sg-core'],
  arms: ['quic-cubic'],
  seeds: [1],
  durationS: 60,
});
