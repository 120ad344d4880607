import t from 'tap';
import { SampleTable } from '../../src/run/sample-table.js';
import * as SocketFigures from '../../src/run/socket-figures.js';

/** As `ss -tinH` of iproute2 6.1 prints it. */
const SS = `ESTAB 0      0          127.0.0.1:40112    127.0.0.1:1935
	 cubic wscale:7,7 rto:200 rtt:0.05/0.02 mss:32768 cwnd:10 bytes_sent:99999999 bytes_acked:99 send 52428Mbps delivery_rate 9Gbps
ESTAB 0      14480      10.77.0.1:40114    10.77.0.2:1935
	 bbr wscale:7,7 rto:404 rtt:201.5/3.25 ato:40 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:247 bytes_sent:3714506 bytes_retrans:17376 bytes_acked:3650000 segs_out:2678 segs_in:1349 data_segs_out:2676 bbr:(bw:14.9Mbps,mrtt:181.362,pacing_gain:1,cwnd_gain:2) send 14.2Mbps lastsnd:4 lastrcv:9999 lastack:4 pacing_rate 14.9Mbps delivery_rate 3837888bps delivered:2600 app_limited busy:9000ms unacked:45 retrans:0/12 rcv_space:14480 rcv_ssthresh:64088 notsent:527 minrtt:181.362
`;

t.test('the connection over the link is read, not one on loopback', async (t) => {
  t.same(SocketFigures.busiest(SS), {
    cwndBytes: 247 * 1448,
    rateBps: 14_900_000,
    deliveryBps: 3_837_888,
    rttUs: 201_500,
    minRttUs: 181_362,
    inFlightBytes: 45 * 1448,
    notSentBytes: 527,
    sentBytes: 3_714_506,
    lostPackets: 12,
  });
  t.equal(SocketFigures.busiest(''), undefined);
});

t.test('columns that come late or miss a sample are filled with null', async (t) => {
  const table = new SampleTable();
  table.add(1, { cwndBytes: 10 });
  table.add(2, { cwndBytes: 11, rttUs: 5 });
  table.add(3, { rttUs: undefined });
  t.same(table.series('hop.sender'), {
    name: 'hop.sender',
    timeUs: [1, 2, 3],
    columns: { cwndBytes: [10, 11, null], rttUs: [null, 5, null] },
  });
});
