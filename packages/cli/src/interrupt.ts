/** Ctrl-C as an AbortSignal. */

/** A signal that aborts at the first SIGINT or SIGTERM, and at the end of `afterMs` when given. A second SIGINT ends the process at once. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #firstAtMs: number | undefined;

  constructor(afterMs?: number) {
    if (afterMs !== undefined) this.#timer = setTimeout(() => this.#controller.abort(), afterMs);
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** As if the key had been pressed. */
  abort(): void {
    this.#controller.abort();
  }

  /** The command is over: aborts, so that whatever still listens ends, and gives the signals back. Idempotent. */
  dispose(): void {
    this.#controller.abort();
    clearTimeout(this.#timer);
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }

  readonly #onSignal = (): void => {
    const nowMs = performance.now();
    this.#firstAtMs ??= nowMs;
    if (nowMs - this.#firstAtMs > SAME_KEY_PRESS_MS) process.exit(130);
    this.#controller.abort();
  };
}

/** npm and npx forward a Ctrl-C that the terminal has sent to the whole group already: one key press, two signals. */
export const SAME_KEY_PRESS_MS = 250;
