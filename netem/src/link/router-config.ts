/** A profile in the words of `longhaul-router` (netem/native/tun/src/config.rs): integer nanoseconds. */
import type { Bottleneck, Loss, Path, ResolvedProfile, Step } from '../profile/profile.js';

/** Interfaces in the router's namespace. */
export const PORTS = { sender: 'lh-sender', receiver: 'lh-receiver' } as const;

/** What the router is told on its first line. */
export interface RouterConfig {
  readonly seed: number;
  readonly forward: object;
  readonly reverse: object;
  readonly ports: typeof PORTS;
  readonly record?: string;
  /** File for the last report. */
  readonly report?: string;
  readonly threads: 1 | 2;
}

/** The configuration of one link. */
export function routerConfig(
  profile: ResolvedProfile,
  options: { readonly seed: number; readonly record?: string },
): RouterConfig {
  return {
    seed: options.seed,
    forward: pathConfig(profile.forward),
    reverse: pathConfig(profile.reverse),
    ports: PORTS,
    threads: 1,
    ...(options.record === undefined ? {} : { record: options.record }),
  };
}

function pathConfig(path: Path): object {
  return {
    delay: { oneWayNs: nanoseconds(path.oneWayMs), jitterNs: nanoseconds(path.jitterSigmaMs) },
    bottleneck: bottleneckConfig(path.bottleneck),
    queueBytes: path.queueBytes,
    loss: lossConfig(path.loss),
    policer: path.policer ?? null,
    reorder: path.reorder
      ? { probability: path.reorder.share, extraNs: nanoseconds(path.reorder.extraMs) }
      : null,
    duplicate: path.duplicateShare ?? 0,
    steps: path.steps.map(stepConfig),
  };
}

function bottleneckConfig(bottleneck: Bottleneck): object {
  return bottleneck.kind === 'rate' ? bottleneck : { kind: 'trace', ms: bottleneck.ms };
}

function lossConfig(loss: Loss): object {
  if (loss.kind !== 'gilbert') return loss;
  return { kind: loss.mode, ...gilbertChain(loss), lossInBad: 1, lossInGood: 0 };
}

/**
 * The chances of a simple Gilbert chain with mean loss `share` and mean burst `burst`: r = 1/B, p = L r / (1 - L)
 * (netem's `p` and `r`).
 */
export function gilbertChain({ share, burst }: { readonly share: number; readonly burst: number }): {
  toBad: number;
  toGood: number;
} {
  const toGood = 1 / burst;
  return { toBad: (share * toGood) / (1 - share), toGood };
}

function stepConfig(step: Step): object {
  return { atNs: nanoseconds(step.atMs), change: changeConfig(step) };
}

function changeConfig(step: Step): object {
  switch (step.kind) {
    case 'oneWay':
      return { kind: 'oneWay', ns: nanoseconds(step.oneWayMs) };
    case 'rate':
      return { kind: 'rate', bps: step.bps };
    case 'blackhole':
      return { kind: 'blackhole', ns: nanoseconds(step.lengthMs) };
  }
}

const nanoseconds = (ms: number) => Math.round(ms * 1e6);
