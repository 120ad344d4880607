/** A link that is none: both ends on loopback, to test everything around it. */
import { spawn } from 'node:child_process';
import type { Host, Link } from '../../src/run/link.js';

const host: Host = {
  address: '127.0.0.1',
  spawn: (command, args = [], options = {}) => spawn(command, args, options),
};

/** Opens one; what it lacks of a real one is what the link does to packets. */
export async function openLoopbackLink(): Promise<Link> {
  return {
    backend: 'loopback',
    sender: host,
    receiver: host,
    settings: {},
    path: { oneWayMs: 0, rttMs: 0, bdpBytes: 0 },
    start: async () => ({ startUs: Number(process.hrtime.bigint() / 1000n) }),
    capacityBps: () => 1e9,
    audit: async () => ({ verdict: { state: 'valid' } }),
    close: async () => {},
  };
}
