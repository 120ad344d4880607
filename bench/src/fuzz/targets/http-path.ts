/** Names of broadcasts as strangers write them: HTTP request targets, RTMP addresses and URLs, wire paths. */
import { Path } from '@longhaul/core';
import { parseRtmpUrl, parseStreamAddress } from '@longhaul/flv';
import * as Names from '@longhaul/relay/names';
import type { Random } from '@longhaul/testkit';
import { Broken, expectedCode, type FuzzCase, type FuzzTarget } from '../target.js';

/** See the head of the file. An input is text in UTF-8. */
export const target: FuzzTarget = {
  name: 'http-path',
  seeds: [
    '/live/cam.flv',
    '/live/cam.flv?token=a%20b&x',
    '/a.b~c_d-e/0.flv',
    'rtmp://host:1935/live/cam?token=a',
    'rtmp://[::1]/live/sub/cam',
    'live/cam',
    'default/live/cam',
  ].map(text),
  cases: hostile(),
  generate: (random) => text(Array.from({ length: random.integer(1, 9) }, () => part(random)).join('')),
  run,
};

function run(input: Uint8Array): string {
  const target = Buffer.from(input).toString('utf8');
  named(() => Names.fromHttp({ host: target, target: '/live/cam.flv' }, (host) => host)?.path);
  const outcomes = [
    named(() => Names.fromHttp({ host: 'host', target }, () => 'default')?.path),
    named(() => rtmp(target, 'cam')),
    named(() => rtmp('live', target)),
    named(() => Path.parse(target)),
    url(target),
  ];
  return outcomes.find((outcome) => outcome === 'ok') ?? (outcomes[0] as string);
}

function rtmp(app: string, name: string): string {
  return Names.fromRtmp(parseStreamAddress({ tcUrl: `rtmp://host/${app}`, app, name }), () => 'default').path;
}

/** A path that comes out must be one that no file system, log or URL can take for something else. */
function named(parse: () => string | undefined): string {
  try {
    const path = parse();
    if (path === undefined) return 'none';
    const segments = path.split('/');
    const plain = segments.every(
      (segment) => /^[\w.~-]{1,255}$/.test(segment) && segment !== '.' && segment !== '..',
    );
    if (segments.length !== 3 || !plain) throw new Broken(`the path ${JSON.stringify(path)} came out`);
    return 'ok';
  } catch (error) {
    const code = expectedCode(error, 'LH_RELAY_NAME', 'LH_CORE_PATH_INVALID');
    if ((error as Error).message.length > 300)
      throw new Broken(`a message of ${(error as Error).message.length} characters`);
    return code;
  }
}

function url(text: string): string {
  try {
    const parsed = parseRtmpUrl(text);
    if (!Number.isInteger(parsed.port) || parsed.app === '' || parsed.name === '')
      throw new Broken('a URL with holes');
    return 'none';
  } catch (error) {
    return expectedCode(error, 'LH_RTMP_URL');
  }
}

function hostile(): FuzzCase[] {
  const long = (length: number) => `/live/${'n'.repeat(length)}.flv`;
  const names: readonly [string, string][] = [
    ['traversal', '/live/../../../../etc/passwd.flv'],
    ['traversal in one segment', '/live/...flv'],
    ['escaped dots', '/%2e%2e/%2e%2e.flv'],
    ['escaped twice', '/live/%252e%252e.flv'],
    ['an escaped slash', '/live/..%2f..%2fx.flv'],
    ['a backslash', '/live/..\\..\\x.flv'],
    ['a NUL', '/live/cam\0.flv'],
    ['an escaped NUL', '/live/cam%00.flv'],
    ['overlong UTF-8', '/live/%c0%ae%c0%ae.flv'],
    ['a broken escape', '/live/%zz.flv'],
    ['full-width dots', '/live/\uff0e\uff0e.flv'],
    ['a right-to-left mark', '/live/\u202ecam.flv'],
    ['a newline', '/live/cam\r\nx: y.flv'],
    ['a name of 255 bytes', long(255)],
    ['a name of 256 bytes', long(256)],
    ['a name of 4 KiB', long(4096)],
    ['4 KiB of escapes', `/live/${'%2e'.repeat(1365)}.flv`],
    ['60,000 slashes', '/'.repeat(60_000)],
    ['60,000 slashes and a name', `rtmp://h${'/'.repeat(60_000)}x`],
    ['60,000 at signs', `rtmp://${'@'.repeat(60_000)}/live/x`],
    ['no leading slash', 'xlive/cam.flv'],
    ['another scheme', 'file:///etc/passwd.flv'],
    ['__proto__', '/__proto__/constructor.flv'],
  ];
  return names.map(([name, value]) => ({ name, input: text(value) }));
}

function part(random: Random): string {
  if (random.chance(0.1)) return String.fromCodePoint(random.integer(0, 0xd7ff));
  if (random.chance(0.1)) return `%${random.integer(0, 255).toString(16)}`;
  return random.pick(PARTS).repeat(random.chance(0.03) ? random.integer(1, 1400) : 1);
}

function text(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value));
}

const PARTS = [
  '/',
  '/live/',
  'cam',
  '.flv',
  '..',
  '.',
  '%2e',
  '%2F',
  '%00',
  '\0',
  '?',
  '&',
  '=',
  '#',
  ':',
  '@',
  '[',
  ']',
].concat(
  'rtmp://',
  'http://',
  'ä',
  '\uff0e',
  '\\',
  '~',
  '-',
  '_',
  ' ',
  '\t',
  '%',
  '%c0%ae',
  '%ud800',
  'default',
);
