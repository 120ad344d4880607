/** One cell of the matrix: what a program does with us, and what came of it. */
import type { System } from './system.js';

/** Programs by the name that `--only` takes. */
export type ProgramName =
  | 'ffmpeg'
  | 'gstreamer'
  | 'librtmp'
  | 'rtmpdump'
  | 'nginx-rtmp'
  | 'node-media-server'
  | 'chromium';

/** What a cell works with. */
export interface CellContext {
  readonly system: System;
  /** An empty directory of the cell's own. */
  readonly directory: string;
  /** The clip that is published, an FLV file: H.264 with B-frames and AAC. */
  readonly clip: string;
  /** Stream name, unique in this run. */
  readonly stream: string;
}

/** One thing that one program does. */
export interface Cell {
  readonly program: ProgramName;
  /** As the table says it: `publishes RTMP to the edge`. */
  readonly what: string;
  /** What the other program does not do, however right we are; told in docs/interop.md. Such a cell may differ by that much and is green. */
  readonly limit?: string;
  /** Resolves with what was counted; rejects with the reason of a red cell. */
  run(context: CellContext): Promise<string>;
}

/** Outcome of a cell. */
export type Outcome =
  | { readonly state: 'green'; readonly detail: string }
  | { readonly state: 'red'; readonly reason: string }
  /** The program is not here. */
  | { readonly state: 'absent'; readonly reason: string };

/** A promise of the project that a program saw broken. */
export class CellFailure extends Error {
  override readonly name = 'CellFailure';
}

/** Throws a `CellFailure` saying `what` unless it holds. */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new CellFailure(what);
}
