/** The shape of the config file: one table of keys from which validation, defaults, reload and docs/config.md come. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { STARTS } from '../egress/live-edge.js';
import * as Key from './keys.js';
import { ADMIN, HTTP, LINK, RTMP } from './listener-keys.js';

const RELAY = Key.section('Who this relay is', {
  id: Key.required({
    doc: 'Name of this relay, unique among all. With links it must be the name in `link.tls.certificate`',
    format: 'relay-id',
    rule: 'must be a DNS name (letters, digits, "-" and ".", at most 253 characters)',
    fix: 'write id: edge-hk-1',
  }),
  role: Key.choice(['edge', 'center'], {
    doc: 'Sets the default of `broadcasts[].subscribe` and nothing else: `demand` for an edge, `always` for a center',
    reload: true,
    default: 'edge',
  }),
  region: Key.text({
    doc: 'Free text shown by the admin API',
    reload: true,
    rule: 'must be text',
    fix: 'write region: hk',
  }),
});

const BROADCASTS = Key.list(
  Key.entry(
    {
      path: Key.required({
        doc: 'Pattern domain/app/stream; `*` is any run of characters in a segment, `**` alone everything',
        format: 'path-pattern',
        rule: 'must be a pattern domain/app/stream or **',
        fix: 'write path: default/live/*',
      }),
      subscribe: Key.choice(['always', 'demand'], {
        doc: 'Subscribe as soon as a link announces it, or when the first viewer or relay asks. Default by `relay.role`',
      }),
      publishTokens: Key.texts({
        doc: 'Tokens for publishing what matches, in place of `rtmp.publish.tokens`; absent or empty: those',
        default: [],
        secret: true,
        rule: 'must be a list of tokens, each of at least one character',
        fix: 'write publishTokens: [a-long-random-text]',
      }),
      passthrough: Key.flag({
        doc: 'Leave timestamps as they are when a new publisher comes or a publisher jumps in time',
        default: false,
      }),
    },
    'write - {path: "default/live/*", subscribe: always}',
  ),
  {
    doc: 'Rules for broadcasts; the first that matches counts',
    reload: true,
    rule: 'must be a list of rules',
    fix: 'write - {path: "default/live/*", subscribe: always}',
  },
);

const CACHE = Key.section('Bounds of the group cache of one broadcast', {
  maxBytes: Key.whole({
    doc: 'Bytes; the oldest groups leave first',
    unit: 'bytes',
    default: 33_554_432,
    min: 1_048_576,
  }),
  maxMediaMs: Key.whole({
    doc: 'Media time; reached only by a group that does not end',
    unit: 'ms',
    default: 60_000,
    min: 1_000,
  }),
  historyMs: Key.whole({
    doc: 'Media time that closed groups stay for slow links and for resuming',
    unit: 'ms',
    default: 5_000,
  }),
});

const VIEWERS = Key.section('Bounds of one viewer', {
  maxLagBytes: Key.whole({
    doc: 'Further behind than this, a viewer skips to the newest key frame',
    unit: 'bytes',
    default: 16_777_216,
    min: 65_536,
  }),
  maxLagMs: Key.whole({ doc: 'The same in media time', unit: 'ms', default: 5_000, min: 500 }),
  toleranceMs: Key.whole({
    doc: 'How far beyond its latency target a viewer may lag before it skips to a newer key frame',
    unit: 'ms',
    default: 500,
    max: 60_000,
  }),
  stallMs: Key.whole({
    doc: 'A viewer that is behind and takes nothing for this long is disconnected',
    unit: 'ms',
    default: 10_000,
    min: 500,
  }),
  unknownWaitMs: Key.whole({
    doc: 'A viewer waits this long for a broadcast that nobody publishes',
    unit: 'ms',
    default: 10_000,
  }),
  mergeHoldMs: Key.whole({
    doc: 'Longest wait for a frame that another track has overtaken on a link; 0: none',
    unit: 'ms',
    default: 20,
    max: 10_000,
  }),
  groupHoldMs: Key.whole({
    doc: 'Longest wait for the rest of a group when the next group of its track has overtaken it on a link; 0: none',
    unit: 'ms',
    default: 500,
    max: 10_000,
  }),
});

const LINGER = Key.section('How long things outlive their use', {
  viewerMs: Key.whole({ doc: 'A subscription on a link after its last viewer', unit: 'ms', default: 10_000 }),
  publisherMs: Key.whole({ doc: 'Viewers after their publisher left', unit: 'ms', default: 10_000 }),
  endedMs: Key.whole({
    doc: 'A broadcast that has ended can still be had by other relays, whose request may cross its end; 0: not at all',
    unit: 'ms',
    default: 5_000,
    max: 60_000,
  }),
});

const EGRESS = Key.section('How viewers are served', {
  tickMaxMs: Key.whole({
    doc: 'Under load frames are gathered this long at most into one write a viewer',
    unit: 'ms',
    default: 150,
    max: 1_000,
    reload: true,
  }),
  start: Key.choice(STARTS, {
    doc: 'Where a viewer starts: at the newest key frame; there if it is within `latencyMs` and the tolerance, else at the next one; at the next one, audio at once',
    default: 'key',
    reload: true,
  }),
  latencyMs: Key.whole({
    doc: 'Media time behind the newest frame that a viewer wants to keep: `viewers.toleranceMs` further behind it skips to a newer key frame; 0: only `viewers.maxLagMs` counts',
    unit: 'ms',
    default: 0,
    max: 60_000,
    reload: true,
  }),
  burstMs: Key.whole({
    doc: 'Media time a viewer is given at its start: at least this much, as far as there is as much; 0: what follows the newest key frame',
    unit: 'ms',
    default: 0,
    max: 60_000,
    reload: true,
  }),
  fromUrl: Key.flag({
    doc: 'Viewers may ask for other values of these three: `?start=`, `?latency=`, `?burst=`, the last two up to `viewers.maxLagMs`',
    default: true,
    reload: true,
  }),
  jitterBuffer: Key.section('What evens out the arrival of broadcasts that come over a link', {
    mode: Key.choice(['off', 'adaptive'], {
      doc: '`adaptive` holds a frame back until most frames of its age have come; for players without a buffer of their own. A change holds for the next publisher, or the next first viewer',
      default: 'off',
      reload: true,
    }),
    maxMs: Key.whole({
      doc: 'Longest that it holds a frame back',
      unit: 'ms',
      default: 300,
      min: 1,
      max: 10_000,
      reload: true,
    }),
    maxBytes: Key.whole({
      doc: 'Most that it holds of one broadcast; then the frame that is due first leaves',
      unit: 'bytes',
      default: 8_388_608,
      min: 65_536,
      reload: true,
    }),
  }),
});

const TRUSTED = Key.texts({
  doc: 'Client addresses for which the caps per address do not hold: this machine, proxies in front',
  reload: true,
  default: ['127.0.0.1', '::1'],
  format: 'ip',
  rule: 'must be a list of IP addresses',
  fix: 'write trustedAddresses: ["127.0.0.1", "::1"]',
});

const LOG = Key.section('Log, on standard output', {
  level: Key.choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    doc: 'Least level written',
    reload: true,
    default: 'info',
  }),
  format: Key.choice(['auto', 'json', 'pretty'], { doc: '`auto` is pretty on a terminal', default: 'auto' }),
});

const DOMAINS = Type.Optional(
  Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: {
      type: 'string',
      format: 'segment',
      rule: 'must be a domain: letters, digits and "_.~-"',
      fix: 'write live.example.com: customer1',
    },
    propertyNames: { format: 'host' },
    doc: 'Host name in an RTMP or HTTP address -> domain. Any other host is `default`; give every relay the same map',
    reload: true,
    rule: 'must map host names to domains',
    fix: 'write live.example.com: customer1',
  }),
);

/** JSON schema of the config file, with `doc`, `rule`, `fix`, `unit` and `reload` at every key. */
export const CONFIG_SCHEMA = Type.Object(
  {
    relay: RELAY,
    rtmp: RTMP,
    http: HTTP,
    link: LINK,
    admin: ADMIN,
    trustedAddresses: TRUSTED,
    domains: DOMAINS,
    broadcasts: BROADCASTS,
    cache: CACHE,
    viewers: VIEWERS,
    linger: LINGER,
    egress: EGRESS,
    log: LOG,
    drainMs: Key.whole({
      doc: 'Longest drain after SIGTERM or SIGINT',
      unit: 'ms',
      default: 10_000,
      reload: true,
    }),
  },
  { additionalProperties: false, rule: 'must be a file of sections', fix: 'see docs/config.md' },
);

/** What a valid config file holds, before defaults. */
export type ConfigFile = Static<typeof CONFIG_SCHEMA>;

/** One row of the table of keys. */
export interface KeyRow {
  /** `link.peers[].url` */
  readonly key: string;
  readonly schema: TSchema;
  /** Some key on the way is reloadable, or this one. */
  readonly reload: boolean;
}

/** Every key of the file, sections left out, in the order of the schema. */
export function keyRows(schema: TSchema = CONFIG_SCHEMA, prefix = '', reload = false): KeyRow[] {
  const rows: KeyRow[] = [];
  for (const [name, child] of Object.entries((schema.properties ?? {}) as Record<string, TSchema>)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const live = reload || child.reload === true;
    if (child.type === 'object' && child.properties !== undefined) rows.push(...keyRows(child, key, live));
    else if (child.type === 'array' && child.items?.properties !== undefined) {
      rows.push({ key, schema: child, reload: live }, ...keyRows(child.items, `${key}[]`, live));
    } else rows.push({ key, schema: child, reload: live });
  }
  return rows;
}
