/** What carries a saturating flow: the arms of the scenario `bulk`. */

/** One way to carry it. */
export interface Way {
  readonly name: string;
  readonly describe: string;
  readonly carrier: 'tcp' | 'quic';
  /** Of the kernel's socket, or of the engine. */
  readonly congestion: string;
}

const TCP = ['cubic', 'bbr'];
const QUIC = ['cubic', 'bbr1', 'bbr3', 'bbr-live', 'copa', 'reno'];

/** All of them. */
export const WAYS: readonly Way[] = [
  ...TCP.map(
    (congestion): Way => ({
      name: `tcp-${congestion}`,
      describe: `one stream over TLS on TCP, kernel ${congestion}`,
      carrier: 'tcp',
      congestion,
    }),
  ),
  ...QUIC.map(
    (congestion): Way => ({
      name: `quic-${congestion}`,
      describe: `one stream over QUIC, ${congestion} of the engine`,
      carrier: 'quic',
      congestion,
    }),
  ),
];

/** Flow control of both ends, bytes: several bandwidth-delay products of every profile, the most that the engine takes. */
export const WINDOWS = {
  streamWindowBytes: 8 * 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
} as const;

/** Bytes that came, sampled over time. */
export interface Received {
  readonly timeUs: readonly number[];
  /** Since the first byte, cumulative. */
  readonly bytes: readonly number[];
}

/** Mean rate of the flow between two times, bit/s; undefined when no sample lies between them. */
export function goodputBps({ timeUs, bytes }: Received, fromUs: number, toUs: number): number | undefined {
  const inside = timeUs.flatMap((time, at) => (time >= fromUs && time <= toUs ? [at] : []));
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const spanUs = (timeUs[last] as number) - (timeUs[first] as number);
  return (((bytes[last] as number) - (bytes[first] as number)) * 8 * 1e6) / spanUs;
}
