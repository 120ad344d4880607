/** What `tc -s -j qdisc show` says, as an audit. */
import type { DirectionAudit } from '../audit/audit.js';
import { PORTS } from '../link/router-config.js';
import type { Direction, Path } from '../profile/profile.js';
import { MIDDLE } from './commands.js';

/** One queueing discipline: the fields that are read. */
export interface QdiscFigures {
  readonly kind: string;
  readonly dev: string;
  readonly bytes?: number;
  readonly packets?: number;
  readonly drops?: number;
}

/** Counters of one way since `before`. Sizes include Ethernet headers; lateness and bursts are not measured. */
export function directionFigures(input: {
  readonly direction: Direction;
  readonly path: Path;
  readonly before: readonly QdiscFigures[];
  readonly now: readonly QdiscFigures[];
}): DirectionAudit {
  const { direction, path, before, now } = input;
  const port = direction === 'forward' ? PORTS.receiver : PORTS.sender;
  const since = (dev: string, kind: string) => difference(pick(before, dev, kind), pick(now, dev, kind));
  const queue = since(MIDDLE[direction], 'bfifo');
  const delay = since(port, 'netem');
  const reached = delay.packets + delay.drops;
  return {
    pushed: queue.packets + queue.drops,
    pushedBytes: queue.bytes,
    delivered: delay.packets,
    deliveredBytes: delay.bytes,
    drops: { blackhole: 0, policer: 0, loss: delay.drops, queue: queue.drops },
    queuePeakBytes: 0,
    lateness: { packets: 0, p50: 0, p99: 0, p999: 0, max: 0, limitP99: 0, limitMax: 0 },
    loss: {
      configuredShare: path.loss.kind === 'gilbert' ? path.loss.share : 0,
      realisedShare: reached === 0 ? 0 : delay.drops / reached,
      packets: reached,
      lost: delay.drops,
      burstPackets: 0,
      unit: 'packets',
    },
    rate: { busySeconds: 0, peakShare: 0 },
  };
}

interface Counts {
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
}

function pick(qdiscs: readonly QdiscFigures[], dev: string, kind: string): Counts {
  const found = qdiscs.find((each) => each.dev === dev && each.kind === kind);
  return { bytes: found?.bytes ?? 0, packets: found?.packets ?? 0, drops: found?.drops ?? 0 };
}

function difference(from: Counts, to: Counts): Counts {
  return {
    bytes: to.bytes - from.bytes,
    packets: to.packets - from.packets,
    drops: to.drops - from.drops,
  };
}
