import t from 'tap';
import { parseRtmpUrl, parseStreamAddress } from '../../src/index.js';

const ADDRESSES: readonly { name: string; from: Parameters<typeof parseStreamAddress>[0]; is: object }[] = [
  {
    name: 'nothing special',
    from: { tcUrl: 'rtmp://relay.example:1935/live', app: 'live', name: 'cam' },
    is: { host: 'relay.example', app: 'live', name: 'cam', query: '' },
  },
  {
    name: 'query in the stream name (OBS, ffmpeg)',
    from: { tcUrl: 'rtmp://h/live', app: 'live', name: 'cam?token=a&x=1' },
    is: { host: 'h', app: 'live', name: 'cam', query: 'token=a&x=1' },
  },
  {
    name: 'query in app and tcUrl (rtmpdump), told once',
    from: { tcUrl: 'rtmp://h/live?token=a', app: 'live?token=a', name: 'cam' },
    is: { host: 'h', app: 'live', name: 'cam', query: 'token=a' },
  },
  {
    name: 'queries everywhere, the stream name first',
    from: { tcUrl: 'rtmp://h/live?c=3', app: 'live?b=2', name: 'cam?a=1' },
    is: { query: 'a=1&b=2&c=3' },
  },
  {
    name: 'slashes around app and name, and inside a query',
    from: { tcUrl: 'rtmp://h/live/', app: '/live//', name: '/cam?path=/a/' },
    is: { app: 'live', name: 'cam', query: 'path=/a/' },
  },
  {
    name: 'an application of two segments',
    from: { tcUrl: '', app: 'live/one', name: 'cam' },
    is: { app: 'live/one' },
  },
  { name: 'only slashes', from: { tcUrl: '', app: '///', name: '' }, is: { host: '', app: '', name: '' } },
  {
    name: 'upper case and user',
    from: { tcUrl: 'RTMP://me:pw@HOST/live', app: '', name: '' },
    is: { host: 'host' },
  },
  {
    name: 'IPv6',
    from: { tcUrl: 'rtmp://[2001:DB8::1]:1935/live', app: '', name: '' },
    is: { host: '2001:db8::1' },
  },
  { name: 'no URL at all', from: { tcUrl: 'live', app: '', name: '' }, is: { host: '' } },
  {
    name: 'a name that climbs is passed on as it is',
    from: { tcUrl: '', app: '..', name: '../x' },
    is: { app: '..', name: '../x' },
  },
];

for (const { name, from, is } of ADDRESSES) {
  t.test(name, async (t) => {
    t.match(parseStreamAddress(from), is);
  });
}

t.test('a URL becomes what a client sends', async (t) => {
  t.same(parseRtmpUrl('rtmp://127.0.0.1/live/cam'), {
    host: '127.0.0.1',
    port: 1935,
    app: 'live',
    name: 'cam',
    tcUrl: 'rtmp://127.0.0.1/live',
  });
  t.same(parseRtmpUrl('rtmp://h:1936/a/b/cam?t=/x'), {
    host: 'h',
    port: 1936,
    app: 'a/b',
    name: 'cam?t=/x',
    tcUrl: 'rtmp://h:1936/a/b',
  });
  t.match(parseRtmpUrl('rtmp://[::1]:1935/live/cam'), {
    host: '::1',
    port: 1935,
    tcUrl: 'rtmp://[::1]/live',
  });
});

t.test('anything else is refused with the form that is wanted, and without its secrets', async (t) => {
  for (const url of [
    'http://h/live/cam',
    'rtmp://h/live',
    'rtmp://h/live/',
    'rtmp://h//cam',
    'rtmp:///live/cam',
    'rtmp://h:0/live/cam',
    'rtmp://h:65536/live/cam',
    'rtmp://user@h/live/cam',
    'live/cam',
    'rtmp://h/live/?cam',
  ]) {
    t.throws(() => parseRtmpUrl(url), { code: 'LH_RTMP_URL', message: 'rtmp://HOST[:PORT]/APP/STREAM' }, url);
  }
  for (const url of ['rtmp://h/live?token=secret', 'rtmp://me:secret@h/live/cam']) {
    try {
      parseRtmpUrl(url);
      t.fail('refused');
    } catch (error) {
      t.notMatch((error as Error).message, 'secret');
    }
  }
});
