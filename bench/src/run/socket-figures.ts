/** TCP_INFO as `ss -tin` of iproute2 prints it. */

/** The columns of the series that one connection gives. */
export type SocketSample = Readonly<Record<string, number>>;

/** Figures of the connection that sent most, of all that `text` shows over other than loopback; undefined when there is none. */
export function busiest(text: string): SocketSample | undefined {
  let best: SocketSample | undefined;
  // A line with the addresses, then an indented line with the figures.
  for (const [, addresses = '', figures = ''] of text.matchAll(/^(\S[^\n]*)\n\s+([^\n]*)/gm)) {
    if (/\s127\.\d+\.\d+\.\d+:/.test(addresses)) continue;
    const sample = parse(figures);
    if (best === undefined || (sample.sentBytes ?? 0) > (best.sentBytes ?? 0)) best = sample;
  }
  return best;
}

/** One line of figures: `cubic wscale:7,7 rto:404 rtt:201.5/3.2 mss:1448 cwnd:10 bytes_sent:1 pacing_rate 1.2Mbps ...` */
export function parse(figures: string): SocketSample {
  const number = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(figures)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const rate = (name: string): number | undefined => {
    const found = new RegExp(`\\b${name} ([\\d.]+)([KMG]?)bps`).exec(figures);
    return found === null ? undefined : Number(found[1]) * (FACTORS[found[2] ?? ''] ?? 1);
  };
  const mss = number(/\bmss:(\d+)/) ?? 1448;
  const times = (value: number | undefined, factor: number) =>
    value === undefined ? undefined : Math.round(value * factor);
  return defined({
    cwndBytes: times(number(/\bcwnd:(\d+)/), mss),
    rateBps: rate('pacing_rate'),
    deliveryBps: rate('delivery_rate'),
    rttUs: times(number(/\brtt:([\d.]+)/), 1000),
    minRttUs: times(number(/\bminrtt:([\d.]+)/), 1000),
    inFlightBytes: times(number(/\bunacked:(\d+)/) ?? 0, mss),
    notSentBytes: number(/\bnotsent:(\d+)/) ?? 0,
    sentBytes: number(/\bbytes_sent:(\d+)/),
    lostPackets: number(/\bretrans:\d+\/(\d+)/) ?? 0,
  });
}

function defined(values: Record<string, number | undefined>): SocketSample {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
