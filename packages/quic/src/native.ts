/** Loads the addon and turns its errors into ours. The only file that touches it directly. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TransportError, type TransportErrorCode } from '@longhaul/transport';
import { QuicError, type QuicErrorCode } from './errors.js';
import type * as Native from './native.generated.js';

let addon: typeof Native | undefined;

/**
 * The addon, loaded at the first use.
 * @throws QuicError LH_QUIC_ADDON when it was not built or does not fit this machine.
 */
export function load(): typeof Native {
  if (addon === undefined) {
    const path = fileURLToPath(new URL('../../longhaul.node', import.meta.url));
    try {
      addon = createRequire(import.meta.url)(path) as typeof Native;
    } catch (cause) {
      throw new QuicError('LH_QUIC_ADDON', `cannot load ${path}: build it with \`npm run build\``, { cause });
    }
  }
  return addon;
}

/** Runs a call into the addon; what it throws becomes a `TransportError` or a `QuicError`. */
export function call<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw fromNative(cause);
  }
}

/** An error with one of our codes as the class that carries it. */
export function toTransportError(code: string | undefined, message: string): TransportError {
  const known = code?.startsWith('LH_TRANSPORT_') ? (code as TransportErrorCode) : 'LH_TRANSPORT_INTERNAL';
  return new TransportError(known, message);
}

function fromNative(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('LH_TRANSPORT_')) {
    return new TransportError(code as TransportErrorCode, cause.message, { cause });
  }
  if (code.startsWith('LH_QUIC_')) return new QuicError(code as QuicErrorCode, cause.message, { cause });
  return new QuicError('LH_QUIC_NATIVE', `the addon failed: ${cause.message}`, { cause });
}
