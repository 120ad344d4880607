import t from 'tap';
import { parsePing } from '../../src/link/ping.js';

t.test('the summaries of iputils and busybox are read', async (t) => {
  const iputils = `PING 10.77.0.2 (10.77.0.2) 56(84) bytes of data.

--- 10.77.0.2 ping statistics ---
10 packets transmitted, 9 received, 10% packet loss, time 181ms
rtt min/avg/max/mdev = 190.169/190.256/190.715/0.100 ms`;
  t.same(parsePing(iputils), { sent: 10, received: 9, minMs: 190.169, meanMs: 190.256, maxMs: 190.715 });
  const busybox = `3 packets transmitted, 3 packets received, 0% packet loss
round-trip min/avg/max = 0.065/0.076/0.087 ms`;
  t.same(parsePing(busybox), { sent: 3, received: 3, minMs: 0.065, meanMs: 0.076, maxMs: 0.087 });
});

t.test('without answers there is no result', async (t) => {
  t.equal(parsePing('5 packets transmitted, 0 received, 100% packet loss'), undefined);
});
