import t from 'tap';
import {
  bufferBytes,
  ENDS,
  endLinks,
  endSettings,
  MARK_ADDRESS_HEX,
  markLinks,
  routerLinks,
} from '../../src/link/topology.js';
import { loadProfile } from '../../src/profile/catalog.js';

t.test('each end is a pair of interfaces, one of them in its namespace', async (t) => {
  t.same(routerLinks({ sender: 11, receiver: 22 }), [
    'link set dev lo up',
    'link add name lh-sender mtu 1500 type veth peer name eth0 mtu 1500 address 02:4c:48:00:00:01 netns 11',
    'link set dev lh-sender up',
    'link add name lh-receiver mtu 1500 type veth peer name eth0 mtu 1500 address 02:4c:48:00:00:02 netns 22',
    'link set dev lh-receiver up',
  ]);
});

t.test('an end is told the hardware address of the other', async (t) => {
  t.same(endLinks(ENDS.sender, 'ipv4'), [
    'address add 10.77.0.1/32 dev eth0',
    'link set dev eth0 up',
    'neighbour replace 10.77.0.2 lladdr 02:4c:48:00:00:02 nud permanent dev eth0',
    'route replace 10.77.0.2/32 dev eth0 src 10.77.0.1',
  ]);
  t.match(
    endLinks(ENDS.receiver, 'ipv6').join('\n'),
    /address add fd77::2\/128 dev eth0 nodad\n.*\n.*fd77::1 lladdr 02:4c:48:00:00:01/,
  );
});

t.test('the initial window is one of the route', async (t) => {
  const lines = endLinks(ENDS.sender, 'ipv4', { initialWindow: 32 });
  t.match(lines.at(-1), /src 10\.77\.0\.1 initcwnd 32 initrwnd 32$/);
});

t.test('buffers of TCP hold 2 BDP and a full queue in what the kernel leaves of them', async (t) => {
  // 200 Mbit/s over 36 ms: 900 kB, and a queue of as much.
  t.ok(bufferBytes(loadProfile('hk-sg-core')) / 2 >= 2 * 900_000 + 900_000);
  t.ok(bufferBytes(loadProfile('us-cn-peak')) >= 4 << 20, 'never less than usual');
  const settings = new Map(endSettings(loadProfile('hk-sv')).map(({ name, value }) => [name, value]));
  t.equal(settings.get('net.ipv4.tcp_slow_start_after_idle'), '0');
  t.match(settings.get('net.ipv4.tcp_rmem'), new RegExp(` ${bufferBytes(loadProfile('hk-sv'))}$`));
});

t.test('the mark is the same in the words of ip and of /proc', async (t) => {
  const [, address = ''] = /add (\S+)\/128/.exec(markLinks()[0] ?? '') ?? [];
  const [head = '', tail = ''] = address.split('::');
  const pad = (part: string) =>
    part
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join('');
  t.equal(pad(head).padEnd(32 - pad(tail).length, '0') + pad(tail), MARK_ADDRESS_HEX);
});
