// Copies the cdylib that cargo built to packages/quic/longhaul.node: by rename, so that a running process keeps its own.
import { copyFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const names = { darwin: 'liblonghaul_node.dylib', win32: 'longhaul_node.dll' };
const built = new URL(`target/release/${names[process.platform] ?? 'liblonghaul_node.so'}`, root);
const addon = fileURLToPath(new URL('packages/quic/longhaul.node', root));
const fresh = `${addon}.${process.pid}`;
copyFileSync(built, fresh);
renameSync(fresh, addon);
