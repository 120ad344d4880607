import t from 'tap';
import { profileText } from '../../src/report/texts.js';
import { profileNames, resolveLinks } from '../../src/run/netem-link.js';

t.test('every link is put in words as plan.json keeps it', async (t) => {
  const { all } = profileNames();
  const kept = JSON.parse(JSON.stringify(resolveLinks(all))) as Record<string, unknown>;
  for (const name of all) {
    const text = profileText(name, kept[name], { oneWayMs: 0, rttMs: 0 });
    t.ok(text.fields.length > 5, name);
  }
  const trace = profileText('lte-drive', kept['lte-drive'], { oneWayMs: 0, rttMs: 0 });
  t.match(trace.brief, /trace 4\.\d Mbit\/s/);
});

t.test('a link that plan.json does not describe as one is named', async (t) => {
  const link = { forward: { loss: { kind: 'none' } }, reverse: { loss: { kind: 'none' } } };
  t.throws(() => profileText('odd', link, { oneWayMs: 0, rttMs: 0 }), {
    code: 'LH_CLI_FILE',
    message: /link odd/,
  });
});
