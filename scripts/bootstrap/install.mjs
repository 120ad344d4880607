/** The npm packages: installed when the lock file or the Node version differs from what node_modules was made with. */
import { existsSync } from 'node:fs';
import { fingerprint, listFiles, Stamp } from './fingerprint.mjs';
import { at } from './paths.mjs';
import { runStep } from './step.mjs';

const stamp = new Stamp('install', at('node_modules/.longhaul-install'));

function wantedFingerprint() {
  const manifests = [at('package.json'), at('package-lock.json'), at('.npmrc')];
  for (const directory of ['packages', 'bench', 'netem']) {
    manifests.push(...listFiles(at(directory), (name) => name === 'package.json'));
  }
  return fingerprint(
    manifests.filter((file) => existsSync(file)),
    [process.version, process.platform, process.arch],
  );
}

/** True when `npm install` has nothing to do. */
export function isInstalled() {
  return stamp.holds(wantedFingerprint());
}

/**
 * Installs. Not `npm ci`: it refuses lock files without the entries of foreign platforms, and deletes a node_modules
 * that is nearly right.
 */
export async function install() {
  const wanted = wantedFingerprint();
  if (stamp.holds(wanted)) return;
  // npm tells scripts where its own JavaScript is; outside of npm it is found on the path.
  const npmScript = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;
  await runStep({
    title: 'installing npm packages',
    command: npmScript ? process.execPath : 'npm',
    args: [
      ...(npmScript ? [npmScript] : []),
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    hint: 'Is the npm registry reachable? ("npm ping" tells)',
  });
  stamp.write(wanted);
}
