/** What a record must keep to before anything is computed from it: a file may come from anywhere. */
import { KINDS, TRACKS } from './frames.js';
import { RECORD_VERSION } from './record.js';

/** The rule that `value` breaks as a `RunRecord`, in words; undefined when it keeps to all. */
export function breach(value: unknown): string | undefined {
  const record = objectOf(value);
  if (record.version !== RECORD_VERSION)
    return `version ${String(record.version)}, this program reads ${RECORD_VERSION}`;
  if (!isObject(record.run) || !isObject(record.link) || !isObject(record.validity))
    return 'run, link or validity is missing';
  const loose = ['settings', 'versions', 'cpu'].find((name) => !isObject(record[name]));
  return (
    runBreach(record.run) ??
    noNumber('link', record.link, ['oneWayMs', 'rttMs']) ??
    validityBreach(record.validity) ??
    (loose && `${loose} is no object`) ??
    noNumber('cpu', record.cpu, Object.keys(objectOf(record.cpu))) ??
    (record.hop === undefined ? undefined : noNumber('hop', record.hop, ['startUs'])) ??
    (record.session === undefined
      ? undefined
      : noNumber('session', record.session, ['connectStartUs', 'endUs'])) ??
    (record.frames === undefined ? undefined : framesBreach(objectOf(record.frames))) ??
    seriesBreach(record.series)
  );
}

type Loose = Readonly<Record<string, unknown>>;

function runBreach(run: Loose): string | undefined {
  const name = ['profile', 'arm', 'scenario'].find((key) => typeof run[key] !== 'string');
  if (name !== undefined) return `run.${name} is no text`;
  const bad = noNumber('run', run, ['seed', 'durationS']);
  return bad ?? ((run.durationS as number) > 0 ? undefined : 'run.durationS is not above 0');
}

function validityBreach({ state, reasons }: Loose): string | undefined {
  if (state === 'valid') return undefined;
  if (state !== 'invalid') return 'validity is neither valid nor invalid';
  const isList = Array.isArray(reasons) && reasons.every((reason) => typeof reason === 'string');
  return isList ? undefined : 'validity.reasons is no list of texts';
}

function framesBreach(frames: Loose): string | undefined {
  for (const [name, isRight] of Object.entries(COLUMNS)) {
    const column = frames[name];
    if (!Array.isArray(column)) return `frames.${name} is no list`;
    const at = column.findIndex((each) => !isRight(each));
    if (at >= 0) return `frames.${name} holds ${JSON.stringify(column[at])} at ${at}`;
  }
  const lengths = new Set(Object.keys(COLUMNS).map((name) => (frames[name] as unknown[]).length));
  return lengths.size > 1 ? 'columns of frames differ in length' : undefined;
}

/** What stands in each column of frames. */
const COLUMNS: Readonly<Record<string, (value: unknown) => boolean>> = {
  sequence: Number.isInteger,
  track: (value) => Number.isInteger(value) && TRACKS[value as number] !== undefined,
  kind: (value) => Number.isInteger(value) && KINDS[value as number] !== undefined,
  ptsMs: Number.isFinite,
  bytes: Number.isFinite,
  captureUs: Number.isFinite,
  arrivalUs: (value) => value === null || Number.isFinite(value),
};

function seriesBreach(series: unknown): string | undefined {
  if (!Array.isArray(series)) return 'series is no list';
  for (const each of series) {
    const { name, timeUs, columns } = objectOf(each);
    if (typeof name !== 'string' || !isObject(columns)) return 'a series has no name or no columns';
    if (!isColumn(timeUs) || !Object.values(columns).every(isColumn))
      return `a column of the series ${name} is no list of numbers`;
    const apart = Object.values(columns).some((column) => (column as unknown[]).length !== timeUs.length);
    if (apart) return `columns of the series ${name} differ in length`;
  }
  return undefined;
}

function isColumn(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every((each) => each === null || Number.isFinite(each));
}

/** The first of `keys` in `holder` that is no finite number. */
function noNumber(name: string, holder: unknown, keys: readonly string[]): string | undefined {
  const values = objectOf(holder);
  const bad = keys.find((key) => !Number.isFinite(values[key]));
  return bad && `${name}.${bad} is no number`;
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value`, or nothing in it where it is no object. */
function objectOf(value: unknown): Loose {
  return isObject(value) ? value : {};
}
