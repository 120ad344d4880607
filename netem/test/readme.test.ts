import { readFileSync } from 'node:fs';
import t from 'tap';
import { hasProgram } from '../src/link/programs.js';
import { eventually, noLinks } from './fixture/links.js';

const skip = noLinks ?? (hasProgram('ping') ? false : 'missing program: ping');

t.test('the example of the README runs', { skip }, async (t) => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const module = new URL('../src/index.js', import.meta.url).href;
  const code = `${example.replace("'@longhaul/netem'", `'${module}'`)}\nexport { answers, listener, verdict };`;
  const { answers, listener, verdict } = (await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  )) as { answers: string; listener: { killed: boolean; pid: number }; verdict: { state: string } };
  t.match(answers, /3 packets transmitted/);
  t.match(verdict.state, /^(in)?valid$/);
  t.ok(await eventually(() => isGone(listener.pid)), 'what ran at an end is gone');
});

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}
