/** Ways to connect, the arms of the scenarios `connect` and `join`. */

/** One way. */
export type Method =
  | 'tcp-full'
  | 'tcp-resumed'
  | 'quic-1rtt-new'
  | 'quic-1rtt'
  | 'quic-0rtt-new'
  | 'quic-0rtt'
  | 'rtmp';

/** What a way does, and what crosses the link. */
export interface Way {
  readonly describe: string;
  readonly carrier: 'tcp' | 'quic' | 'rtmp';
  /** A link before has carried media, and the other end remembers its path as a relay does. */
  readonly knowsPath?: true;
}

/** All of them. */
export const METHODS: Readonly<Record<Method, Way>> = {
  'tcp-full': { describe: 'TCP and a full TLS 1.3 handshake with certificates of both ends', carrier: 'tcp' },
  'tcp-resumed': { describe: 'TCP and a resumed TLS 1.3 session, without early data', carrier: 'tcp' },
  'quic-1rtt-new': {
    describe: 'QUIC, a full handshake with certificates of both ends, between strangers',
    carrier: 'quic',
  },
  'quic-1rtt': {
    describe: 'QUIC, a full handshake as quic-1rtt-new, over a path that a link of before has left known',
    carrier: 'quic',
    knowsPath: true,
  },
  'quic-0rtt-new': {
    describe:
      'QUIC with early data and an address token, over an unknown path; usable once the other end accepted it',
    carrier: 'quic',
  },
  'quic-0rtt': {
    describe: 'QUIC with early data as quic-0rtt-new, over a path that a link of before has left known',
    carrier: 'quic',
    knowsPath: true,
  },
  rtmp: { describe: 'RTMP over plain TCP, up to the accepted publish or the key frame', carrier: 'rtmp' },
};

/** One attempt to connect. Times are microseconds of the machine's clock. */
export interface Attempt {
  readonly startUs: number;
  /** Missing: it failed. */
  readonly usableUs?: number;
  /** A byte sent as soon as possible is back. */
  readonly firstByteUs?: number;
  /** All of the key frame is here. */
  readonly keyFrameUs?: number;
}

/** The attempt in the middle by duration; failed ones rank last. */
export function median(attempts: readonly Attempt[]): Attempt | undefined {
  const durationUs = ({ startUs, usableUs }: Attempt) =>
    usableUs === undefined ? Number.POSITIVE_INFINITY : usableUs - startUs;
  const sorted = [...attempts].sort((a, b) => durationUs(a) - durationUs(b));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
