/** Runs other projects' RTMP programs; what this package says is judged by them. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlvReader, type FlvTag } from '../../src/index.js';

/** The reason for tap to skip, or false. One that begins with `missing program` fails a run with CI=true. */
export function missing(...programs: readonly [string, string][]): string | false {
  for (const [program, debianPackage] of programs) {
    const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
    if (error) return `missing program: ${program} (apt-get install ${debianPackage})`;
  }
  return false;
}

/**
 * The same for programs that are not asked of everyone: what they say is also kept as recorded bytes, and those tests run
 * everywhere.
 */
export function notHere(program: string, debianPackages: string): string | false {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error ? `no ${program} here (apt-get install ${debianPackages}); the recorded test has run` : false;
}

/** A recording in test/fixtures. */
export function recording(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixture(name)));
}

/** Where a recording is kept, as seen from the compiled tests. */
export function fixture(name: string): URL {
  return new URL(`../../../test/fixtures/${name}`, import.meta.url);
}

export const FFMPEG: [string, string] = ['ffmpeg', 'ffmpeg'];
export const RTMPDUMP: [string, string] = ['rtmpdump', 'rtmpdump'];

/** What a program or directory lasts as long as: a tap test. */
export interface Owner {
  teardown(end: () => unknown): void;
}

/** A running program; `finished` resolves with its exit code and output, and kills it when it takes too long. */
export interface Running {
  readonly finished: Promise<{ code: number | null; output: string }>;
  stop(): void;
}

export function start(program: string, args: readonly string[], timeoutMs = 20_000): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const finished = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
  return { finished, stop: () => child.kill('SIGTERM') };
}

/** Rejects with the program's own words unless it ended well. */
export async function succeeds(program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await start(program, args).finished;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output.slice(-2000)}`);
}

/** A directory that goes with the test. */
export function scratch(t: Owner): string {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-flv-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Two seconds of H.264 with B-frames and AAC, made by ffmpeg. */
export async function makeClip(path: string): Promise<FlvTag[]> {
  const video = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=30'];
  const audio = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
  const codecs = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-c:a', 'aac'];
  await succeeds('ffmpeg', [...QUIET, ...video, ...audio, '-t', '2', ...codecs, '-f', 'flv', path]);
  return readTags(path);
}

export function readTags(path: string): FlvTag[] {
  const reader = new FlvReader();
  const tags = reader.push(readFileSync(path));
  reader.end();
  return tags;
}

/** A port that was free a moment ago, for programs that cannot say which one they took. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** Waits until something listens, without leaving a connection behind. */
export async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}

export const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y'];
