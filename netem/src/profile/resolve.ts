/** From a profile's file to numbers: units, defaults, queue lengths. */
import { dirname, resolve } from 'node:path';
import type { Place, ProfileDocument } from './document.js';
import { validateProfile } from './document.js';
import { LTE_DRIVE, makeTrace } from './lte-trace.js';
import type { Bottleneck, Direction, Loss, Origin, Path, ResolvedProfile, Step } from './profile.js';
import { readText } from './text-file.js';

type OriginFields = { readonly source?: string; readonly derived?: string };
type Field<T> = T & OriginFields;

interface PathFields {
  readonly rateMbps?: Field<{ value: number }>;
  readonly trace?: Field<{ file?: string; made?: string; seed?: number }>;
  readonly queue?: Field<{ bdp?: number; ms?: number; packets?: number; bytes?: number }>;
  readonly loss?: Field<{ percent?: number; burst?: number; mode?: 'time' | 'packet'; positions?: number[] }>;
  readonly policer?: Field<{ rateMbps: number; burstBytes: number }>;
  readonly reorder?: Field<{ percent: number; extraMs: number }>;
  readonly duplicate?: Field<{ percent: number }>;
}

interface ProfileFields {
  readonly summary: string;
  readonly rttMs: Field<{ value: number }>;
  readonly forwardShare?: Field<{ value: number }>;
  readonly jitterSigmaMs: Field<{ value: number }>;
  readonly forward: PathFields;
  readonly reverse: PathFields;
  readonly steps?: readonly Field<{
    atS: number;
    rttMs?: number;
    blackholeMs?: number;
    rateMbps?: number;
    direction?: Direction;
  }>[];
}

/** A profile's file with the one that it extends. */
export interface ProfileSource {
  readonly name: string;
  readonly document: ProfileDocument;
  readonly base?: { readonly name: string; readonly document: ProfileDocument };
}

/** @throws NetemError `LH_NETEM_PROFILE` with file, line and rule */
export function resolveProfile(source: ProfileSource): ResolvedProfile {
  return new Resolution(source).profile();
}

/** One profile while it is resolved: knows which file a value stands in. */
class Resolution {
  readonly #source: ProfileSource;
  readonly #fields: ProfileFields;

  constructor(source: ProfileSource) {
    this.#source = source;
    const { extends: _, ...own } = source.document.value;
    const merged = source.base ? merge(source.base.document.value, own) : own;
    source.document.check(validateProfile, merged);
    this.#fields = merged as unknown as ProfileFields;
  }

  profile(): ResolvedProfile {
    const { name, base } = this.#source;
    return {
      name,
      summary: this.#fields.summary,
      ...(base === undefined ? {} : { variantOf: base.name }),
      rttMs: this.#fields.rttMs.value,
      forward: this.#path('forward'),
      reverse: this.#path('reverse'),
      origins: Object.fromEntries(origins(this.#fields, [])),
    };
  }

  #path(direction: Direction): Path {
    const fields = this.#fields[direction];
    const bottleneck = this.#bottleneck(direction, fields);
    const { policer, reorder, duplicate } = fields;
    return {
      oneWayMs: this.#oneWay(direction, this.#fields.rttMs.value),
      // Both ways vary by themselves; together they vary by what the profile says of the round trip.
      jitterSigmaMs: this.#fields.jitterSigmaMs.value / Math.SQRT2,
      bottleneck,
      queueBytes: this.#queue(direction, fields, bottleneck),
      loss: this.#loss(direction, fields.loss),
      ...(policer ? { policer: { rateBps: policer.rateMbps * 1e6, burstBytes: policer.burstBytes } } : {}),
      ...(reorder ? { reorder: { share: reorder.percent / 100, extraMs: reorder.extraMs } } : {}),
      ...(duplicate ? { duplicateShare: duplicate.percent / 100 } : {}),
      steps: this.#steps(direction, bottleneck),
    };
  }

  #oneWay(direction: Direction, rttMs: number): number {
    const share = this.#fields.forwardShare?.value ?? 0.5;
    return rttMs * (direction === 'forward' ? share : 1 - share);
  }

  #bottleneck(direction: Direction, { rateMbps, trace }: PathFields): Bottleneck {
    if ((rateMbps === undefined) === (trace === undefined))
      throw this.#fault([direction], 'needs rateMbps: or trace:, one of them');
    if (rateMbps) return { kind: 'rate', bps: Math.round(rateMbps.value * 1e6) };
    if (trace?.made !== undefined)
      return { kind: 'trace', name: trace.made, ms: makeTrace(LTE_DRIVE, trace.seed ?? 0) };
    const file = trace?.file ?? '';
    return { kind: 'trace', name: file, ms: this.#readTrace([direction, 'trace', 'file'], file) };
  }

  #readTrace(place: Place, file: string): number[] {
    const path = resolve(dirname(this.#documentOf(place).file), file);
    let text: string;
    try {
      text = readText(path, MOST_TRACE_BYTES);
    } catch (error) {
      throw this.#fault(place, `cannot read ${path}: ${(error as Error).message}`);
    }
    const ms = text.trim().split(/\s+/).map(Number);
    const bad = ms.findIndex((each, index) => !Number.isSafeInteger(each) || each < (ms[index - 1] ?? 0));
    if (bad >= 0 || (ms.at(-1) ?? 0) === 0)
      throw this.#fault(
        place,
        `${path}:${bad + 1}: a trace is whole milliseconds, ascending, ending after 0`,
      );
    return ms;
  }

  /** The good times of a chain are a step long at least: bursts of B lose at most B of B + 1. */
  #loss(direction: Direction, fields: PathFields['loss']): Loss {
    const loss = lossOf(fields);
    if (loss.kind !== 'gilbert' || loss.share <= loss.burst / (loss.burst + 1)) return loss;
    const percent = (100 * loss.burst) / (loss.burst + 1);
    const rule = `bursts of ${loss.burst} cannot lose more than ${percent.toFixed(1)} %, got ${fields?.percent}`;
    throw this.#fault([direction, 'loss', 'percent'], rule);
  }

  #queue(direction: Direction, { queue }: PathFields, bottleneck: Bottleneck): number {
    if (queue === undefined) throw this.#fault([direction], 'queue: is missing');
    if (queue.bytes !== undefined) return queue.bytes;
    if (queue.packets !== undefined) return queue.packets * PACKET_BYTES;
    if (bottleneck.kind === 'trace')
      throw this.#fault([direction, 'queue'], 'with a trace a queue is in packets: or bytes:');
    const ms = queue.ms ?? (queue.bdp as number) * this.#fields.rttMs.value;
    // A queue that no packet fits would pass nothing.
    return Math.max(PACKET_BYTES, Math.round((bottleneck.bps / 8) * (ms / 1000)));
  }

  #steps(direction: Direction, bottleneck: Bottleneck): Step[] {
    const fields = this.#fields.steps ?? [];
    return fields.flatMap((step, index): Step[] => {
      if (step.atS < (fields[index - 1]?.atS ?? 0))
        throw this.#fault(['steps', index], 'steps must be in order of time');
      const atMs = step.atS * 1000;
      if (step.rttMs !== undefined)
        return [{ atMs, kind: 'oneWay', oneWayMs: this.#oneWay(direction, step.rttMs) }];
      if (step.blackholeMs !== undefined) return [{ atMs, kind: 'blackhole', lengthMs: step.blackholeMs }];
      if (step.direction !== direction) return [];
      if (bottleneck.kind === 'trace')
        throw this.#fault(['steps', index], `${direction} has a trace and no rate to change`);
      return [{ atMs, kind: 'rate', bps: Math.round((step.rateMbps as number) * 1e6) }];
    });
  }

  #fault(place: Place, rule: string) {
    return this.#documentOf(place).fault(place, rule);
  }

  /** The file that a value stands in: the variant's, unless only the other has it. */
  #documentOf(place: Place): ProfileDocument {
    const { document, base } = this.#source;
    return base && !document.has(place) && base.document.has(place) ? base.document : document;
  }
}

/** A Gilbert chain of nothing is none. */
function lossOf(loss: PathFields['loss']): Loss {
  if (loss?.positions) return { kind: 'list', positions: [...loss.positions].sort((a, b) => a - b) };
  if (!loss?.percent) return { kind: 'none' };
  return { kind: 'gilbert', mode: loss.mode ?? 'time', share: loss.percent / 100, burst: loss.burst ?? 1 };
}

/** Fields of a variant replace those of its base whole; paths are merged field by field. */
function merge(base: Record<string, unknown>, own: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    merged[key] =
      (key === 'forward' || key === 'reverse') && typeof base[key] === 'object'
        ? { ...(base[key] as object), ...(value as object) }
        : value;
  }
  for (const direction of ['forward', 'reverse']) {
    const path = merged[direction] as Record<string, unknown> | undefined;
    const ownPath = own[direction] as Record<string, unknown> | undefined;
    // A rate takes the place of a trace and the other way round.
    if (path && ownPath?.rateMbps) delete path.trace;
    else if (path && ownPath?.trace) delete path.rateMbps;
  }
  return merged;
}

function origins(value: unknown, place: readonly string[]): [string, Origin][] {
  if (typeof value !== 'object' || value === null) return [];
  const { source, derived } = value as OriginFields;
  if (source !== undefined) return [[place.join('.'), { source }]];
  if (derived !== undefined) return [[place.join('.'), { derived }]];
  return Object.entries(value).flatMap(([key, each]) => origins(each, [...place, key]));
}

const PACKET_BYTES = 1_500;

/** A day of a fast link. */
const MOST_TRACE_BYTES = 16 << 20;
