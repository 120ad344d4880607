import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';

t.setTimeout(240_000);

const module = new URL('../../src/delay.js', import.meta.url).href;

async function runDelay(argv: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const script = `const { run } = await import(${JSON.stringify(module)}); process.exitCode = await run(process.argv.slice(1));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...argv]);
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const [code] = await once(child, 'close');
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

t.test('a short run measures both arms and loses no frame', async (t) => {
  const { code, out, err } = await runDelay(['--duration', '2', '--connects', '3', '--json']);
  t.equal(code, 0, err);
  const report = JSON.parse(out);
  t.match(report, {
    scenario: { bitsPerSecond: 2_500_000 },
    relay: { lost: 0, duplicated: 0 },
    direct: { lost: 0 },
  });
  t.ok(report.relay.sent > 130, `${report.relay.sent} frames in 2 s`);
  t.ok(report.relay.delayMs.p50 > report.direct.delayMs.p50, 'the chain costs something');
  t.equal(report.relayConnectMs.count, 3);
  t.ok(report.relayConnectMs.max < 5_000, 'every viewer got its key frame');
});

t.test('wrong arguments end with a word about them', async (t) => {
  const { code, err } = await runDelay(['--duration', 'long']);
  t.equal(code, 2);
  t.match(err, /^bench:delay: --duration long: .*\n$/);
});
