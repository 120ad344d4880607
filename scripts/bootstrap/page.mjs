/** The web page of the relay, built by vite into packages/relay/dist/page. */
import { existsSync } from 'node:fs';
import { fingerprint, listFiles, Stamp } from './fingerprint.mjs';
import { at, binOf, pageFile } from './paths.mjs';
import { runStep } from './step.mjs';

const stamp = new Stamp('page');
const pageDir = at('packages/relay/page');

function wantedFingerprint() {
  const sources = listFiles(pageDir, (name) => !name.endsWith('.test.ts'));
  return fingerprint([...sources, at('package-lock.json')]);
}

/** True when the built page is that of the sources as they are (or there is no page in this checkout). */
export function isPageBuilt() {
  return !existsSync(pageDir) || (existsSync(pageFile) && stamp.holds(wantedFingerprint()));
}

/** Builds the page unless it is up to date. */
export async function buildPage() {
  const wanted = wantedFingerprint();
  if (!existsSync(pageDir) || (existsSync(pageFile) && stamp.holds(wanted))) return;
  await runStep({
    title: 'building the page',
    command: process.execPath,
    args: [binOf('vite'), 'build', '--logLevel', 'warn', pageDir],
  });
  stamp.write(wanted);
}
