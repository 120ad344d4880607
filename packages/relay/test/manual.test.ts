import { readFileSync } from 'node:fs';
import t from 'tap';
import { Relays } from './drive/relays.js';

const MANUAL = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');

/** Text of the section with this heading. */
function section(heading: string): string {
  const [, text = ''] =
    new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^##+ |$(?![\\s\\S]))`, 'm').exec(MANUAL) ?? [];
  return text;
}

t.test('docs/operations.md names every metric, and none that is not there', async (t) => {
  const { edge } = await (await Relays.create(t)).pair();
  const scrape = await (await fetch(`${edge.admin}/metrics`)).text();
  const served = [...scrape.matchAll(/^# TYPE (longhaul_\w+)/gm)].map(([, name = '']) => name);
  const table = [...section('Metrics').matchAll(/^\| (`[^|]*`) \|/gm)]
    .flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)])
    .map(([, name]) => `longhaul_${name}`);
  t.ok(table.length > 20, 'the table is found');
  t.same(
    table.filter((name) => !served.includes(name)),
    [],
    'documented and not there',
  );
  const ours = served.filter((name) => !/^longhaul_(nodejs|process)_/.test(name));
  t.same(
    ours.filter((name) => !table.includes(name)),
    [],
    'there and not documented',
  );
  const mentioned = new Set([...MANUAL.matchAll(/\blonghaul_[a-z_0-9]+/g)].map(([name]) => name));
  t.same(
    [...mentioned].filter((name) => name !== 'longhaul_' && !served.includes(name)),
    [],
    'alarms are about metrics that exist',
  );
});

t.test('docs/operations.md names addresses that answer', async (t) => {
  const { admin, http } = await (await Relays.create(t)).start('edge');
  const origin = new URL(http).origin;
  const asked =
    section('Addresses')
      .split('\n')
      .find((line) => line.startsWith('| admin API')) ?? '';
  const paths = [...asked.matchAll(/`(?:http:\/\/ADMIN)?(\/[\w./]*)`/g)].map(([, path = '']) => path);
  t.ok(paths.length >= 6, paths.join(' '));
  for (const path of paths) t.equal((await fetch(`${admin}${path}`)).status, 200, path);
  for (const path of ['/', '/figures.json']) {
    t.match(MANUAL, `http://HOST:PORT${path}`);
    const status = (await fetch(`${origin}${path}`)).status;
    t.ok(
      status === 200 || (path === '/' && status === 404),
      `${path}: ${status} (404: the page is not built)`,
    );
  }
});
