import t from 'tap';
import * as ClientAddress from '../src/client-address.js';

t.test('a client is an IPv4 address or a /64 of IPv6', async (t) => {
  for (const [address, client] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1::', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const) {
    t.equal(ClientAddress.network(address), client, address);
  }
});

t.test('counts forget clients of which none is left', async (t) => {
  const counts = new ClientAddress.Counts();
  counts.add('a');
  counts.add('a');
  counts.remove('a');
  t.equal(counts.of('a'), 1);
  counts.remove('a');
  t.equal(counts.of('a'), 0);
});
