import t from 'tap';
import * as Address from '../src/address.js';
import * as Check from '../src/check.js';

t.test('URLs and host:port texts', async (t) => {
  t.same(Address.parseUrl('quic://relay.example:4433'), { host: 'relay.example', port: 4433 });
  t.same(Address.parseUrl('quic://[::1]:4433'), { host: '::1', port: 4433 });
  t.same(Address.parseHostPort('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
  t.same(Address.parseHostPort('[::1]:4433'), { host: '::1', port: 4433 });
  for (const text of ['', ':1', '127.0.0.1', '127.0.0.1:65536', '::1:4433', 'a:b']) {
    t.throws(() => Address.parseHostPort(text), TypeError, text);
  }
  for (const text of ['relay:4433', 'quic://relay', 'quic://:4433', 'http://relay:1', '']) {
    t.throws(() => Address.parseUrl(text), TypeError, text);
  }
});

t.test('a mapped IPv4 peer is written as IPv4', async (t) => {
  t.equal(Address.plain('[::ffff:192.0.2.1]:7'), '192.0.2.1:7');
  t.equal(Address.plain('[::ffff:c000:201]:7'), '[::ffff:c000:201]:7', 'systems never write it so');
  for (const text of ['192.0.2.1:7', '[2001:db8::1]:7']) t.equal(Address.plain(text), text);
});

t.test('names are looked up', async (t) => {
  t.equal(await Address.resolve('127.0.0.1', 7), '127.0.0.1:7');
  t.equal(await Address.resolve('::1', 7), '[::1]:7');
  await t.rejects(Address.resolve('nobody.invalid', 7), { code: 'LH_TRANSPORT_IO' });
});

t.test('a reason is cut at a character', async (t) => {
  t.equal(Check.reason('short'), 'short');
  t.equal(Check.reason('x'.repeat(300)), 'x'.repeat(256));
  t.equal(Check.reason('ä'.repeat(200)), 'ä'.repeat(128));
  t.equal(Check.reason(`x${'ä'.repeat(200)}`), `x${'ä'.repeat(127)}`);
  t.equal(Check.reason('🎬'.repeat(100)), '🎬'.repeat(64));
});

t.test('codes and priorities out of range are refused with the value', async (t) => {
  for (const value of [-1, 0.5, 2 ** 32, Number.NaN])
    t.throws(() => Check.code(value), RangeError, `${value}`);
  for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5])
    t.throws(() => Check.priority(value), RangeError, `${value}`);
  t.doesNotThrow(() => {
    Check.code(2 ** 32 - 1);
    Check.priority(-(2 ** 31));
  });
});
