/** Arms over TLS 1.3 on TCP: our relays, all media in one byte stream, as FLV between relays is carried today. */
import { type RelayArm, relayArm } from './relay-hop.js';

/** What differs between the TCP arms. */
interface Variant {
  readonly name: string;
  readonly describe: string;
  readonly congestion: string;
  /** Bytes unsent in the kernel from which on nothing more is given to it; 0: the kernel takes what its buffer holds. */
  readonly notsentLowatBytes: number;
  /** `arrival`: bytes leave in the order they came. `priority`: what is not yet with the kernel leaves newest group first. */
  readonly schedule: 'arrival' | 'priority';
  readonly initialWindow?: number;
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'tcp-cubic',
    describe: 'our relays over TLS 1.3 on TCP, kernel CUBIC, bytes in order of arrival',
    congestion: 'cubic',
    notsentLowatBytes: 0,
    schedule: 'arrival',
  },
  {
    name: 'tcp-bbr',
    describe: 'the same with kernel BBR',
    congestion: 'bbr',
    notsentLowatBytes: 0,
    schedule: 'arrival',
  },
  {
    name: 'tcp-bbr-64k',
    describe: 'kernel BBR with at most 64 KiB unsent in the kernel, newest media first before that',
    congestion: 'bbr',
    notsentLowatBytes: 65_536,
    schedule: 'priority',
  },
  {
    name: 'tcp-cubic-iw32',
    describe: 'tcp-cubic with an initial window of 32 packets',
    congestion: 'cubic',
    notsentLowatBytes: 0,
    schedule: 'arrival',
    initialWindow: 32,
  },
  {
    name: 'tcp-bbr-iw32',
    describe: 'tcp-bbr with an initial window of 32 packets',
    congestion: 'bbr',
    notsentLowatBytes: 0,
    schedule: 'arrival',
    initialWindow: 32,
  },
];

/** One arm for each variant. */
export const TCP_ARMS: readonly RelayArm[] = VARIANTS.map(
  ({ name, describe, congestion, notsentLowatBytes, schedule, initialWindow }) =>
    relayArm(
      {
        name,
        describe,
        carrier: 'tcp',
        ...(initialWindow !== undefined && { initialWindow }),
        probe: () => probeTcp(congestion),
      },
      {
        listen: (address) => ({
          tcp: { listen: `${address}:0`, congestion, notsentLowatBytes, schedule },
        }),
        dial: { tcp: { congestion, notsentLowatBytes, schedule } },
        scheme: 'tls',
        listener: 'tcp',
      },
    ),
);

/** Why a socket cannot have this algorithm here, in one line; undefined when it can. */
export async function probeTcp(congestion: string): Promise<string | undefined> {
  const { probeCongestion } = await import('@longhaul/quic/tcp-socket');
  try {
    probeCongestion(congestion);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0];
  }
}
