import { parseStreamAddress } from '@longhaul/flv';
import t from 'tap';
import * as Names from '../src/names.js';

const domainOf = (host: string) => (host.startsWith('a.example') ? 'a' : 'default');

const rtmp = (tcUrl: string, app: string, name: string) =>
  Names.fromRtmp(parseStreamAddress({ tcUrl, app, name }), domainOf);

t.test('an RTMP address names domain, app and stream; its queries are parsed off', async (t) => {
  t.equal(rtmp('rtmp://a.example:1935/live', 'live', 'sample').path, 'a/live/sample');
  t.equal(rtmp('rtmp://127.0.0.1/live', 'live', 'sample').path, 'default/live/sample');
  const named = rtmp('rtmp://x/live?token=tc', 'live?token=app', 'sample?token=name&x=1');
  t.equal(named.path, 'default/live/sample');
  t.equal(named.query.get('token'), 'name');
  t.equal(rtmp('rtmp://x/live?token=tc', 'live', 'sample').query.get('token'), 'tc');
});

t.test('an HTTP address ends in .flv or is none', async (t) => {
  const http = (target: string, host = 'a.example:80') => Names.fromHttp({ host, target }, domainOf);
  t.equal(http('/live/sample.flv')?.path, 'a/live/sample');
  t.equal(http('/live/sam%70le.flv?x=.flv')?.path, 'a/live/sample');
  t.equal(http('/live/a.b.flv', '')?.path, 'default/live/a.b');
  for (const target of ['/', '/live/sample', '/live/sample.flv/', '/assets/app.js', '/x?y=.flv']) {
    t.equal(http(target), undefined, target);
  }
});

t.test('a name that breaks the rule is refused', async (t) => {
  for (const target of [
    '/live/a b.flv',
    '/live/%2e%2e.flv',
    '/live/a%2fb.flv',
    '/live/%zz.flv',
    '/live/.flv',
    '/a.flv',
    '/a/b/c.flv',
    '//a.flv',
    `/live/${'a'.repeat(256)}.flv`,
    '/live/%00.flv',
    '/live/ä.flv',
  ]) {
    t.throws(() => Names.fromHttp({ host: '', target }, domainOf), { code: 'LH_RELAY_NAME' }, target);
  }
  for (const [app, name] of [
    ['', 'a'],
    ['live', ''],
    ['live/x', 'a'],
    ['live', 'a/b'],
    ['live', '..'],
    ['live', 'a\r\nb'],
    ['live', 'a'.repeat(256)],
  ] as const) {
    t.throws(() => rtmp('rtmp://x/live', app, name), { code: 'LH_RELAY_NAME' }, `${app} ${name}`);
  }
});
