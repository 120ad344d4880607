import t from 'tap';
import { parseMediaUrl, parsePublishUrl } from '../../src/media/url.js';

t.test('the scheme says how a stream is read', async (t) => {
  t.strictSame(parseMediaUrl('http://127.0.0.1:8080/live/a.flv'), {
    kind: 'http-flv',
    href: 'http://127.0.0.1:8080/live/a.flv',
    target: 'http://127.0.0.1:8080/live/a.flv',
  });
  t.equal(parseMediaUrl('https://play.example/live/a.flv').kind, 'http-flv');
  t.equal(parseMediaUrl('ws://127.0.0.1/live/a.flv').kind, 'ws-flv');
  t.equal(parseMediaUrl('wss://127.0.0.1/live/a.flv').kind, 'ws-flv');
});

t.test('an RTMP address has host, port, application and stream', async (t) => {
  t.match(parseMediaUrl('rtmp://127.0.0.1/live/a'), {
    kind: 'rtmp',
    host: '127.0.0.1',
    port: 1935,
    app: 'live',
    name: 'a',
  });
  t.match(parseMediaUrl('rtmp://[::1]:1936/live/a'), { host: '::1', port: 1936 });
});

t.test('a token in the query goes to the server and not into messages', async (t) => {
  const url = parsePublishUrl('rtmp://127.0.0.1/live/a?token=secret');
  t.equal(url.name, 'a?token=secret');
  t.notMatch(url.href, /secret/);
  for (const scheme of ['http', 'https', 'ws', 'wss'] as const) {
    const played = parseMediaUrl(`${scheme}://name:secret@127.0.0.1:81/live/a.flv?token=secret`);
    t.match(played, { target: `${scheme}://name:secret@127.0.0.1:81/live/a.flv?token=secret` });
    t.equal(played.href, `${scheme}://127.0.0.1:81/live/a.flv`);
  }
  for (const wrong of ['live/a.flv?token=secret', 'http://127.0.0.1/a.flv?token=secret'])
    t.throws(() => parsePublishUrl(wrong), { message: /^(?!.*secret)/ });
});

t.test('anything else is refused with the address and what to write', async (t) => {
  for (const text of [
    'foo.flv',
    'ftp://host/x',
    'rtmp://host',
    'rtmp://host/app',
    'rtmp:///live/a',
    'http://',
  ]) {
    t.throws(() => parseMediaUrl(text), { code: 'LH_CLI_USAGE' }, text);
  }
  t.throws(() => parsePublishUrl('http://127.0.0.1/live/a.flv'), { code: 'LH_CLI_USAGE', message: /rtmp:/ });
});
