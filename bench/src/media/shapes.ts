/** The streams that can be played: names, and what each was encoded with. */

/** What an encoder was told. */
export interface Shape {
  readonly name: string;
  readonly kilobitsPerSecond: number;
  readonly size: '1280x720' | '1920x1080';
  /** From one key frame to the next. */
  readonly groupSeconds: 1 | 2;
  /** `b-frames`: pictures are held back and sent out of their order of showing, as encoders do that may. */
  readonly tuning: 'zerolatency' | 'b-frames';
}

/** Pictures of every shape. */
export const FRAMES_PER_SECOND = 30;
/** Of the one audio track that goes with every shape: AAC-LC, 48 kHz, stereo. */
export const AUDIO = { name: 'aac-128k', kilobitsPerSecond: 128, sampleRate: 48_000, frameSamples: 1_024 };
/** How long a trace is; a longer run plays it again. */
export const TRACE_SECONDS = 60;

/** All of them. */
export const SHAPE_LIST: readonly Shape[] = [
  shape('2.5m-2s', 2_500, '1280x720', 2),
  shape('4m-2s', 4_000, '1280x720', 2),
  shape('8m-2s', 8_000, '1920x1080', 2),
  shape('2.5m-1s', 2_500, '1280x720', 1),
  shape('4m-1s', 4_000, '1280x720', 1),
  shape('8m-1s', 8_000, '1920x1080', 1),
  { ...shape('4m-2s-b', 4_000, '1280x720', 2), tuning: 'b-frames' },
];

/** Their names. */
export const SHAPES: readonly string[] = SHAPE_LIST.map(({ name }) => name);

/** What is played when nothing else is asked for. */
export const DEFAULT_SHAPE = '2.5m-2s';

/** From one key frame of a shape to the next, s. Throws RangeError for a name that is none. */
export function groupSeconds(name: string): number {
  const found = SHAPE_LIST.find((each) => each.name === name);
  if (found === undefined)
    throw new RangeError(`no media shape "${name}": write one of ${SHAPES.join(', ')}`);
  return found.groupSeconds;
}

function shape(
  name: string,
  kilobitsPerSecond: number,
  size: Shape['size'],
  groupSeconds: Shape['groupSeconds'],
): Shape {
  return { name, kilobitsPerSecond, size, groupSeconds, tuning: 'zerolatency' };
}
