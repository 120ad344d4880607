/** One run as it is asked for. */
import type { RunKey } from '../records/index.js';

/** A run and how long its parts last. */
export interface RunSpec extends RunKey {
  /** From the viewer's connect to the end. */
  readonly durationS: number;
  /** From the first frame of the source to the viewer's connect. */
  readonly warmUpS: number;
  /** Sizes of the broadcast's frames. */
  readonly shape: string;
}
