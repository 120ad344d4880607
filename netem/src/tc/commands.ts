/**
 * The command lines of the kernel's own emulation: HTB with a byte queue on one interface, netem on the next, both in the
 * middle namespace. On an end's own interface losses would be reported to its TCP as local congestion.
 */
import { NetemError } from '../errors.js';
import { gilbertChain, PORTS } from '../link/router-config.js';
import type { Direction, Path, ResolvedProfile } from '../profile/profile.js';

/** The pair in the middle of the middle: rate on its near side of each way, delay on the port beyond. */
export const MIDDLE = { forward: 'lh-mid-a', reverse: 'lh-mid-b' } as const;

const PORT_BEYOND: Record<Direction, string> = { forward: PORTS.receiver, reverse: PORTS.sender };

/** `ip -batch` that joins both ports to the middle pair by bridges. */
export function bridgeLinks(): string[] {
  return [
    `link add name ${MIDDLE.forward} type veth peer name ${MIDDLE.reverse}`,
    ...(
      [
        ['lh-a', PORTS.sender, MIDDLE.forward],
        ['lh-b', PORTS.receiver, MIDDLE.reverse],
      ] as const
    ).flatMap(([bridge, port, middle]) => [
      `link add name ${bridge} type bridge mcast_snooping 0`,
      `link set dev ${port} master ${bridge}`,
      `link set dev ${middle} master ${bridge}`,
      `link set dev ${middle} up`,
      `link set dev ${bridge} up`,
    ]),
  ];
}

/** `tc -batch` before time zero: the base delay alone. */
export function warmLines(profile: ResolvedProfile): string[] {
  return (['forward', 'reverse'] as const).map(
    (direction) =>
      `qdisc add dev ${PORT_BEYOND[direction]} root handle 1: netem limit ${delayLimit(profile, direction)} delay ${microseconds(profile[direction].oneWayMs)}`,
  );
}

/** `tc -batch` of time zero: rate, queue, loss and jitter come into force. `again` where they were before. */
export function startLines(
  profile: ResolvedProfile,
  options: { readonly seed?: number; readonly again: boolean },
): string[] {
  return (['forward', 'reverse'] as const).flatMap((direction, index) => {
    const path = profile[direction];
    const middle = MIDDLE[direction];
    const bps = rateOf(path);
    // A seed of its own for each way; the kernel takes 64 bits.
    const seed = options.seed === undefined ? '' : ` seed ${options.seed * 2 + index}`;
    return [
      ...(options.again ? [`qdisc del dev ${middle} root`] : []),
      `qdisc add dev ${middle} root handle 1: htb default 1`,
      `class add dev ${middle} parent 1: classid 1:1 htb rate ${bps}bit ceil ${bps}bit burst ${HTB_BURST} cburst ${HTB_BURST}`,
      `qdisc add dev ${middle} parent 1:1 handle 10: bfifo limit ${path.queueBytes}`,
      `qdisc replace dev ${PORT_BEYOND[direction]} root handle 1: netem limit ${delayLimit(profile, direction)} ${delayWords(path)}${lossWords(path)}${seed}`,
      // netem sorts by time and so reorders what jitters, unless a plain queue stands in for its own.
      ...(path.jitterSigmaMs > 0
        ? [
            `qdisc replace dev ${PORT_BEYOND[direction]} parent 1:1 pfifo limit ${delayLimit(profile, direction)}`,
          ]
        : []),
    ];
  });
}

/**
 * What this backend cannot do, by name.
 *
 * @throws NetemError `LH_NETEM_BACKEND`
 */
export function assertServable(profile: ResolvedProfile): void {
  for (const direction of ['forward', 'reverse'] as const) {
    const path = profile[direction];
    const cannot = [
      path.bottleneck.kind === 'trace' && 'a rate trace',
      path.steps.length > 0 && 'steps over time',
      path.policer && 'a policer',
      path.loss.kind === 'list' && 'a list of packets to lose',
    ].find((each) => typeof each === 'string');
    if (cannot)
      throw new NetemError(
        'LH_NETEM_BACKEND',
        `${profile.name} has ${cannot} (${direction}), which the tc backend cannot do: use the router backend`,
      );
  }
}

/**
 * Packets that netem may hold: its limit counts those in the delay line, and what does not fit is dropped without a word.
 * Twice the product of rate and round trip and a full queue, in packets as small as acknowledgements.
 */
export function delayLimit(profile: ResolvedProfile, direction: Direction): number {
  const path = profile[direction];
  const bytes = (rateOf(path) / 8) * (profile.rttMs / 1000) + path.queueBytes;
  return Math.max(LEAST_LIMIT, Math.ceil((2 * bytes) / SMALLEST_PACKET));
}

function rateOf({ bottleneck }: Path): number {
  return bottleneck.kind === 'rate' ? bottleneck.bps : 0;
}

function delayWords(path: Path): string {
  const jitter = path.jitterSigmaMs > 0 ? ` ${microseconds(path.jitterSigmaMs)} distribution normal` : '';
  const reorder = path.reorder ? ` reorder ${percent(path.reorder.share)}` : '';
  const duplicate = path.duplicateShare ? ` duplicate ${percent(path.duplicateShare)}` : '';
  return `delay ${microseconds(path.oneWayMs)}${jitter}${reorder}${duplicate}`;
}

/** The chain steps with packets: the kernel has none that steps with time. */
function lossWords({ loss }: Path): string {
  if (loss.kind !== 'gilbert') return '';
  const { toBad, toGood } = gilbertChain(loss);
  return ` loss gemodel ${percent(toBad)} ${percent(toGood)}`;
}

const microseconds = (ms: number) => `${Math.round(ms * 1000)}us`;
const percent = (share: number) => `${Number((share * 100).toFixed(6))}%`;

/** One full frame: HTB would let a burst through otherwise. */
const HTB_BURST = 1_600;
const SMALLEST_PACKET = 64;
const LEAST_LIMIT = 1_000;
