import type { ResolvedProfile } from './profile.js';
export function loadProfile(name: string): ResolvedProfile {
  const path = (oneWayMs: number, bps: number, share: number) => ({
    oneWayMs,
    jitterSigmaMs: 1,
    bottleneck: { kind: 'rate' as const, bps },
    queueBytes: Math.round(((bps / 8) * oneWayMs * 2) / 1000),
    loss:
      share > 0
        ? { kind: 'gilbert' as const, mode: 'time' as const, share, burst: 3 }
        : { kind: 'none' as const },
    steps: [],
  });
  return {
    name,
    summary: '',
    rttMs: 190,
    forward: path(95, 50e6, 0.005),
    reverse: path(95, 50e6, 0.001),
    origins: {},
  };
}
