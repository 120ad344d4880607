/** Runs ffmpeg and compares what it pushes and plays. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { FlvReader, type FlvTag } from '@longhaul/flv';
import type { Test } from 'tap';

/** Runs ffmpeg to its end; rejects with what it said when it failed. */
export function ffmpeg(t: Test, ...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}: ${said}`)),
    );
  });
}

/** The tags of an FLV file. */
export const readTags = (file: string): FlvTag[] => new FlvReader().push(readFileSync(file));

/** Pictures and sound, without init data: what a copying ffmpeg leaves as it is. */
export const media = (tags: readonly FlvTag[]) =>
  tags.filter(({ type, payload }) => type !== 18 && payload[1] !== 0);

/** With timestamps from the first frame on: ffmpeg starts at an offset of its own. */
export function fromZero(tags: readonly FlvTag[]): FlvTag[] {
  const start = tags[0]?.timestamp ?? 0;
  return tags.map((tag) => ({ ...tag, timestamp: (tag.timestamp - start) >>> 0 }));
}

/** Inputs and codecs of ffmpeg. */
export const PICTURES = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30'];
export const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
export const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-pix_fmt', 'yuv420p'];
export const AAC = ['-c:a', 'aac', '-b:a', '96k'];
