import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const CHILD = fileURLToPath(new URL('./support/child.js', import.meta.url));

/** What the scenario printed, once its process has ended by itself. Rejects when it hangs, crashes or fails. */
async function run(scenario: string): Promise<unknown> {
  const env = { ...process.env, LONGHAUL_QUIC_FAULTS: '1', RUST_BACKTRACE: '0' };
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, scenario], { env, timeout: 30_000 });
  return JSON.parse(stdout);
}

t.test('a process ends by itself when everything is closed', async (t) => {
  t.equal(await run('closes'), 'HELLO');
});

t.test('connections that nobody attached to do not keep a process once they are closed', async (t) => {
  t.equal(await run('listensOnly'), 'never attached');
});

t.test('process.exit in the middle of a transfer does not crash', async (t) => {
  t.equal(await run('exits'), 'in the middle of everything');
});

t.test('an open connection keeps the process', async (t) => {
  const started = performance.now();
  t.equal(await run('staysOpen'), 'an open connection keeps the process');
  t.ok(performance.now() - started > 300, 'until it is closed');
});

t.test("an owner's exception is thrown, and what follows is delivered all the same", async (t) => {
  t.same(await run('ownerThrows'), { message: 'an owner fails', datagrams: [1, 2] });
});

t.test('a panic in the addon ends that connection only', async (t) => {
  const panics = {
    task: /the sender task panicked/,
    controller: /congestion controller/,
    driver: /the engine panicked/,
  };
  for (const [place, message] of Object.entries(panics)) {
    const told = await run(place);
    t.match(
      told,
      { code: 'LH_TRANSPORT_INTERNAL', message, reader: 'reset with undefined', answer: 'ALIVE' },
      place,
    );
  }
});

t.test('a panic in a call is an exception, and the connection goes on', async (t) => {
  t.same(await run('call'), { code: 'LH_QUIC_NATIVE', answer: 'ALIVE' });
});
