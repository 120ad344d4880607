/** The schema of a profile's file. Every value says where it comes from. */

type Schema = Record<string, unknown>;

/** A value with its origin: `source` names who measured it, `derived` how we came to it. */
function field(
  properties: Record<string, Schema>,
  either: readonly (readonly string[])[],
  rule: string,
): Schema {
  return {
    type: 'object',
    properties: { ...properties, source: WORDS, derived: WORDS },
    additionalProperties: false,
    allOf: [
      { oneOf: either.map((required) => ({ required })), description: rule },
      {
        oneOf: [{ required: ['source'] }, { required: ['derived'] }],
        description: 'a value needs its origin: source: or derived:, one of them',
      },
    ],
  };
}

/** What is shown on terminals and pages as it is: no control characters. */
const WORDS: Schema = {
  type: 'string',
  minLength: 3,
  maxLength: 1_000,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
};

function number(minimum: number, maximum: number): Schema {
  return { type: 'number', minimum, maximum };
}

function value(minimum: number, maximum: number): Schema {
  return field({ value: number(minimum, maximum) }, [['value']], 'needs value:');
}

/** An hour, ms: what the link engine can express. */
const LONGEST_MS = 3_600_000;
/** 1 Tbit/s. */
const FASTEST_MBPS = 1_000_000;

const LOSS = field(
  {
    percent: { type: 'number', minimum: 0, exclusiveMaximum: 100 },
    burst: number(1, 10_000),
    mode: { enum: ['time', 'packet'] },
    positions: { type: 'array', items: { type: 'integer', minimum: 0 }, uniqueItems: true },
  },
  [['percent', 'burst'], ['positions']],
  'loss needs percent: and burst:, or positions:',
);

const QUEUE = field(
  {
    bdp: { type: 'number', exclusiveMinimum: 0, maximum: 1_000 },
    ms: number(1, LONGEST_MS),
    packets: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    bytes: { type: 'integer', minimum: 1_500, maximum: 1e12 },
  },
  [['bdp'], ['ms'], ['packets'], ['bytes']],
  'a queue needs one of bdp:, ms:, packets:, bytes:',
);

const RATE = field({ value: number(0.001, FASTEST_MBPS) }, [['value']], 'needs value:');

const TRACE = field(
  { file: WORDS, made: { enum: ['lte-drive'] }, seed: { type: 'integer', minimum: 0, maximum: 0xffff_ffff } },
  [['file'], ['made', 'seed']],
  'a trace needs file:, or made: and seed:',
);

const PATH: Schema = {
  type: 'object',
  properties: {
    rateMbps: RATE,
    trace: TRACE,
    queue: QUEUE,
    loss: LOSS,
    policer: field(
      {
        rateMbps: number(0.001, FASTEST_MBPS),
        burstBytes: { type: 'integer', minimum: 1_500, maximum: 1e12 },
      },
      [['rateMbps', 'burstBytes']],
      'a policer needs rateMbps: and burstBytes:',
    ),
    reorder: field(
      { percent: number(0, 100), extraMs: number(0, LONGEST_MS) },
      [['percent', 'extraMs']],
      'reorder needs percent: and extraMs:',
    ),
    duplicate: field({ percent: number(0, 100) }, [['percent']], 'duplicate needs percent:'),
  },
  additionalProperties: false,
};

const STEP = field(
  {
    atS: number(0, 86_400),
    rttMs: number(0, LONGEST_MS),
    blackholeMs: number(1, LONGEST_MS),
    rateMbps: number(0.001, FASTEST_MBPS),
    direction: { enum: ['forward', 'reverse'] },
  },
  [
    ['atS', 'rttMs'],
    ['atS', 'blackholeMs'],
    ['atS', 'rateMbps', 'direction'],
  ],
  'a step needs atS: and one of rttMs:, blackholeMs:, or rateMbps: with direction:',
);

const PROPERTIES: Record<string, Schema> = {
  summary: WORDS,
  rttMs: value(0, LONGEST_MS),
  forwardShare: value(0, 1),
  jitterSigmaMs: value(0, LONGEST_MS),
  forward: PATH,
  reverse: PATH,
  steps: { type: 'array', items: STEP },
};

/** A file that stands alone, or a variant laid over the profile that it extends. */
export const PROFILE_SCHEMA: Schema = {
  type: 'object',
  properties: PROPERTIES,
  additionalProperties: false,
  required: ['summary', 'rttMs', 'jitterSigmaMs', 'forward', 'reverse'],
};

/** A file that says only what differs from the profile it extends. */
export const VARIANT_SCHEMA: Schema = {
  type: 'object',
  properties: { ...PROPERTIES, extends: { type: 'string', pattern: '^[a-z0-9-]+$' } },
  additionalProperties: false,
  required: ['extends', 'summary'],
};
