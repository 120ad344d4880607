import t from 'tap';
import { contestantsOf, scenarioNamed } from '../../src/run/scenarios.js';

const names = (scenario: string, arms: string[], armsNamed?: boolean) =>
  contestantsOf(scenarioNamed(scenario), armsNamed === undefined ? { arms } : { arms, armsNamed }).map(
    ({ name }) => name,
  );

t.test('a scenario of the relays runs the arms', async (t) => {
  t.same(names('live', ['tcp-bbr', 'quic-bbr-live']), ['tcp-bbr', 'quic-bbr-live']);
});

t.test('one with arms of its own runs those that were named, or all', async (t) => {
  t.same(names('bulk', ['tcp-bbr', 'quic-bbr-live', 'h2'], true), ['tcp-bbr', 'quic-bbr-live']);
  t.ok(names('bulk', ['tcp-bbr', 'quic-bbr-live']).includes('quic-copa'), 'the arms are the usual ones');
  t.ok(names('join', ['tcp-bbr'], true).includes('quic-0rtt'), 'none of them is among those named');
});

t.test('arms that only one scenario has may be named', async (t) => {
  t.same(names('join', ['quic-0rtt', 'rtmp'], true), ['quic-0rtt', 'rtmp']);
  t.throws(() => names('live', ['quic-0rtt'], true), /live has none of the arms quic-0rtt/);
});

t.test('a name that no scenario has is refused', async (t) => {
  t.throws(() => names('bulk', ['quic-cubik'], true), { code: 'LH_CLI_USAGE' });
});
