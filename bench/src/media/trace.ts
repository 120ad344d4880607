/**
 * Frame-size traces: what an encoder made, without the content.
 *
 * A text file. Lines that begin with `#` say how it was made. Every other line is one group of video, or a second of
 * audio: frames in the order of decoding, each a letter (K key, P delta, B nothing refers to it, A audio), its bytes
 * of AVC or AAC payload, and for video `+N` when it is shown N picture times after it is decoded.
 */
import { readFileSync } from 'node:fs';
import { CliError } from '@longhaul/cli';
import type { FrameKind } from '../records/index.js';
import { AUDIO, SHAPES } from './shapes.js';

/** One frame of a trace. */
export interface TraceFrame {
  readonly kind: FrameKind;
  /** Behind the header of the FLV tag. */
  readonly bytes: number;
  /** Picture times from decoding to showing; 0 for audio. */
  readonly delay: number;
}

/** The frames of one track of an encode. */
export interface Trace {
  /** How it was made, line by line. */
  readonly notes: readonly string[];
  readonly frames: readonly TraceFrame[];
}

/** Reads a trace. Throws `LH_CLI_MEDIA` with the line that breaks the format. */
export function decode(text: string): Trace {
  const notes: string[] = [];
  const frames: TraceFrame[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) {
      notes.push(line.slice(1).trim());
      continue;
    }
    for (const token of line.split(' ')) {
      if (token === '') continue;
      const match = /^([KPBA])(\d+)(?:\+(\d+))?$/.exec(token);
      if (match === null) throw new CliError('LH_CLI_MEDIA', `trace, line ${at + 1}: "${token}" is no frame`);
      const [, letter = '', bytes, delay] = match;
      frames.push({
        kind: KIND_OF[letter] as FrameKind,
        bytes: Number(bytes),
        delay: Number(delay ?? 0),
      });
    }
  }
  if (frames.length === 0) throw new CliError('LH_CLI_MEDIA', 'trace: no frame in it');
  return { notes, frames };
}

/** The text of a trace; a key frame or `perLine` audio frames begin a line. */
export function encode({ notes, frames }: Trace, perLine = 47): string {
  const lines: string[] = notes.map((note) => `# ${note}`);
  let line: string[] = [];
  for (const { kind, bytes, delay } of frames) {
    if (line.length > 0 && (kind === 'key' || (kind === 'audio' && line.length === perLine))) {
      lines.push(line.join(' '));
      line = [];
    }
    line.push(`${LETTER_OF[kind]}${bytes}${delay > 0 ? `+${delay}` : ''}`);
  }
  if (line.length > 0) lines.push(line.join(' '));
  return `${lines.join('\n')}\n`;
}

/** The recorded trace of a shape's video, or of the audio that goes with every shape. Throws `LH_CLI_USAGE` for a name that is none. */
export function load(name: string): Trace {
  if (name !== AUDIO.name && !SHAPES.includes(name)) {
    throw new CliError('LH_CLI_USAGE', `no media shape "${name}": write one of ${SHAPES.join(', ')}`);
  }
  return decode(readFileSync(new URL(`${name}.trace`, TRACES), 'utf8'));
}

/** The directory that holds the recorded traces. */
export const TRACES = new URL('../../../traces/', import.meta.url);

const LETTER_OF: Record<FrameKind, string> = { key: 'K', delta: 'P', discardable: 'B', audio: 'A' };
const KIND_OF: Record<string, FrameKind> = { K: 'key', P: 'delta', B: 'discardable', A: 'audio' };
