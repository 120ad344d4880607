/** What a running command says of itself, on standard error: a live line or bar on a terminal, else a line every 5 s. */
import type { SingleBar } from 'cli-progress';

/** One moment of a running command. */
export interface ProgressState {
  readonly text: string;
  /** Share done, 0 to 1, when the end is known. */
  readonly share?: number;
}

/** How to show progress. */
export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** Called for each refresh. */
  readonly state: () => ProgressState;
  /** Between two lines without a terminal, ms. */
  readonly lineEveryMs?: number;
}

const REFRESH_MS = 250;
const LINE_EVERY_MS = 5_000;

/** Shows the state until `stop()`. The timer does not keep the process alive. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #timer: NodeJS.Timeout;
  #bar: SingleBar | undefined;
  #shown = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    const everyMs = options.stream.isTTY ? REFRESH_MS : (options.lineEveryMs ?? LINE_EVERY_MS);
    this.#timer = setInterval(() => this.#show(), everyMs);
    this.#timer.unref();
    if (options.stream.isTTY && options.state().share !== undefined) void this.#openBar();
  }

  /** Ends with a last line of what was reached. Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
    this.#bar = undefined;
    if (this.#shown && this.#options.stream.isTTY) this.#options.stream.write(CLEAR_LINE);
  }

  #show(): void {
    const { stream, state } = this.#options;
    const { text, share } = state();
    if (this.#bar !== undefined) {
      this.#bar.update(share ?? 0, { text });
    } else if (stream.isTTY) {
      this.#shown = true;
      stream.write(`${CLEAR_LINE}${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
    } else stream.write(`${text}\n`);
  }

  async #openBar(): Promise<void> {
    const { default: progress } = await import('cli-progress');
    const { stream, state } = this.#options;
    this.#bar = new progress.SingleBar({
      format: '{bar} {percentage}%  {text}',
      stream,
      clearOnComplete: true,
      barsize: 24,
    });
    this.#bar.start(1, state().share ?? 0, { text: state().text });
  }
}

const CLEAR_LINE = '\r\x1b[2K';
