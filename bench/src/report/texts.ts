/** Nested values as rows of text: profiles with their sources, settings of arms. */
import { CliError } from '@longhaul/cli';
import { DIRECTIONS, type Direction, type Path, type ResolvedProfile, Words } from '@longhaul/netem';
import type { PlannedTrace } from '../run/netem-link.js';
import type { ProfileText } from './model.js';

/**
 * What the page says of a link. `value` is the profile as plan.json keeps it; undefined for one that it does not describe.
 * Throws `LH_CLI_FILE` for one that cannot be read as that.
 */
export function profileText(
  name: string,
  value: unknown,
  measured: { readonly oneWayMs: number; readonly rttMs: number },
): ProfileText {
  const link = value as ResolvedProfile | undefined;
  if (link?.forward?.loss === undefined || link.reverse?.loss === undefined)
    return { name, summary: '', brief: '', ...measured, fields: [] };
  try {
    return described(name, link);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `plan.json: the link ${name} is not as bench run writes it`, { cause });
  }
}

function described(name: string, link: ResolvedProfile): ProfileText {
  const jitterMs = Math.hypot(link.forward.jitterSigmaMs, link.reverse.jitterSigmaMs);
  const rows: Row[] = [
    ['round trip without queueing', `${Words.compact(link.rttMs)} ms`, 'rttMs'],
    [
      'jitter of the round trip',
      `standard deviation ${Words.compact(jitterMs)} ms, packets keep their order`,
      'jitterSigmaMs',
    ],
    ...DIRECTIONS.flatMap((direction) => pathRows(direction, link[direction])),
    ...link.forward.steps.map((step, at): Row => ['change', Words.stepWords(step), `steps.${at}`]),
  ];
  return {
    name,
    summary: link.summary,
    brief: `${Words.compact(link.rttMs)} ms, ${rateText(link.forward)} Mbit/s, loss ${Words.lossWords(link.forward.loss)}`,
    oneWayMs: link.forward.oneWayMs,
    rttMs: link.rttMs,
    fields: rows.map(([field, text, ...places]) => ({
      field,
      value: text,
      source: originOf(places, link.origins ?? {}),
    })),
  };
}

/** Field, value, and where its origin may stand. */
type Row = readonly [string, string, ...string[]];

function pathRows(direction: Direction, path: Path): Row[] {
  const { policer, reorder, duplicateShare } = path;
  const place = (field: string) => `${direction}.${field}`;
  const rows: Row[] = [
    [`${direction}: rate`, `${rateText(path)} Mbit/s`, place('rateMbps'), place('trace')],
    [`${direction}: queue`, `${Words.queueWords(path)}, droptail`, place('queue')],
    [`${direction}: loss`, Words.lossWords(path.loss), place('loss')],
  ];
  if (policer !== undefined) {
    const words = `${Words.compact(policer.rateBps / 1e6)} Mbit/s, bucket of ${policer.burstBytes} bytes`;
    rows.push([`${direction}: policer`, words, place('policer')]);
  }
  if (reorder !== undefined) {
    const words = `${Words.compact(reorder.share * 100)} % by ${Words.compact(reorder.extraMs)} ms`;
    rows.push([`${direction}: reorder`, words, place('reorder')]);
  }
  if (duplicateShare !== undefined) {
    rows.push([`${direction}: duplicates`, `${Words.compact(duplicateShare * 100)} %`, place('duplicate')]);
  }
  return rows;
}

function rateText(path: Path): string {
  const bottleneck = path.bottleneck as Path['bottleneck'] | PlannedTrace;
  if (!('packets' in bottleneck)) return Words.rateWords(path);
  return `trace ${((bottleneck.packets * PACKET_BITS) / (bottleneck.periodMs * 1e3)).toFixed(1)}`;
}

/** A delivery of a trace. */
const PACKET_BITS = 1_500 * 8;

function originOf(places: readonly string[], origins: ResolvedProfile['origins']): string {
  const origin = places.map((place) => origins[place]).find((found) => found !== undefined);
  if (origin === undefined) return '';
  return 'source' in origin ? origin.source : `derived: ${origin.derived}`;
}

/** `{tcp: {cork: true}}` as `tcp.cork` -> `true`. Lists of plain values stay one text; long ones are cut. */
export function flatten(value: unknown, prefix = ''): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [[prefix, listText(value)]];
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`),
  );
}

function listText(values: readonly unknown[]): string {
  const shown = values
    .slice(0, LONGEST_LIST)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  return values.length > LONGEST_LIST ? `${shown.join(', ')} ... (${values.length})` : shown.join(', ');
}

const LONGEST_LIST = 12;
