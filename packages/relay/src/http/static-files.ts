/** Serves the built page. Only plain files below one directory, links resolved, are ever read. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
};

/** Answers GET and HEAD of `urlPath` (no query) from `directory`: `/` is index.html, names below assets/ never change. */
export async function serveFile(
  directory: string,
  urlPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = await contained(directory, urlPath === '/' ? '/index.html' : urlPath);
  if (file === undefined) {
    const why = urlPath === '/' ? 'page is not built\n' : 'not found\n';
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(why);
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file.path)] ?? 'application/octet-stream',
    'content-length': file.size,
    'cache-control': urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // Closes the file with the response, one that is gone already too; a file that cannot be read cuts the response.
  pipeline(createReadStream(file.path), response, () => {});
}

/** The real path of a plain file that lies in `directory`; undefined for anything else. */
async function contained(
  directory: string,
  urlPath: string,
): Promise<{ path: string; size: number } | undefined> {
  try {
    const name = decodeURIComponent(urlPath);
    if (name.includes('\0')) return undefined;
    const root = await realpath(directory);
    const path = await realpath(join(root, name));
    if (!path.startsWith(root + sep)) return undefined;
    const found = await stat(path);
    return found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    return undefined;
  }
}
