import { readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { serveFile } from '../../src/http/static-files.js';

/** Where the system lists open files. */
const LINUX = process.platform === 'linux' ? {} : { skip: 'needs /proc' };

/** Paths of the files that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      return [];
    }
  });
}

/** Serves a directory with a page, next to a secret file; returns a client that sends paths unchanged. */
async function serve(t: Test) {
  const root = t.testdir({
    'secret.txt': 'secret',
    page: { 'index.html': '<!doctype html>', assets: { 'app-1a2b.js': 'run()' }, 'page2.html': 'two' },
    'page-other': { 'file.txt': 'other' },
  });
  symlinkSync(join(root, 'secret.txt'), join(root, 'page', 'link.txt'));
  const server = createServer((request, response) => {
    void serveFile(join(root, 'page'), request.url ?? '/', request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (path: string, method = 'GET') =>
    new Promise<{ status: number | undefined; body: string; type: string; cache: string }>(
      (resolve, reject) => {
        const outgoing = request({ port, path, method, agent: false }, (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            body += text;
          });
          response.on('end', () => {
            const { 'content-type': type = '', 'cache-control': cache = '' } = response.headers;
            resolve({ status: response.statusCode, body, type, cache });
          });
        });
        outgoing.on('error', reject);
        outgoing.end();
      },
    );
}

t.test('serves the page and its assets with their types and ages', async (t) => {
  const fetch = await serve(t);
  t.match(await fetch('/'), { status: 200, body: '<!doctype html>', type: /^text\/html/, cache: 'no-cache' });
  t.match(await fetch('/assets/app-1a2b.js'), {
    status: 200,
    body: 'run()',
    type: /^text\/javascript/,
    cache: /immutable/,
  });
  t.match(await fetch('/', 'HEAD'), { status: 200, body: '' });
});

t.test('a client that leaves before its file is found leaves no open file', LINUX, async (t) => {
  const root = t.testdir({ page: { 'index.html': 'x'.repeat(1_000_000) } });
  const page = join(root, 'page');
  const served = new Promise<void>((resolve) => {
    const server = createServer((request, response) => {
      const done = serveFile(page, '/', request, response);
      request.socket.destroy();
      void done.then(resolve);
    });
    t.teardown(() => server.close());
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      request({ port, agent: false })
        .on('error', () => {})
        .end();
    });
  });
  await served;
  await delay(100);
  t.same(
    openFiles().filter((path) => path.startsWith(root)),
    [],
  );
});

t.test('nothing outside the directory is ever read', async (t) => {
  const fetch = await serve(t);
  const paths = [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/link.txt',
    '/../page-other/file.txt',
    '/%00',
    '/%zz',
    '/assets',
    '/',
    '//etc/passwd',
  ];
  for (const path of paths) {
    const { body } = await fetch(path);
    t.notMatch(body, /secret|other|root:/, path);
  }
  t.equal((await fetch('/link.txt')).status, 404);
});

t.test('says so when the page is not built', async (t) => {
  const server = createServer((request, response) => void serveFile('/nowhere', '/', request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  t.equal(response.status, 404);
  t.equal(await response.text(), 'page is not built\n');
});
