/** A relay as a process of its own: what the tests of the daemon run. */
import { runDaemon } from '../../src/daemon.js';

runDaemon({ file: process.argv[2] ?? '' }).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
