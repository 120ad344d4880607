/** TLS sessions of earlier connections, by peer: what makes the next handshake a resumption. */
import type { Identity, IdentityMaterial } from '@longhaul/quic';
import type { Proof } from './proof.js';

/** A session and whom it was made with. */
export interface KeptSession {
  readonly session: Buffer;
  readonly proof: Proof;
  /** Of the identity then: our own certificate stands in the session too. */
  readonly generation: number;
}

/** Sessions of one identity. A session is used once: RFC 8446 §C.4. */
export class Sessions {
  readonly #kept = new Map<string, KeptSession>();

  keep(peer: string, session: KeptSession): void {
    this.#kept.delete(peer);
    this.#kept.set(peer, session);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_PEERS && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The newest session with `peer`, unless our certificate or the authorities have changed since. */
  take(peer: string, material: IdentityMaterial): KeptSession | undefined {
    const kept = this.#kept.get(peer);
    this.#kept.delete(peer);
    return kept?.generation === material.generation ? kept : undefined;
  }
}

/** The sessions that live as long as `identity`. */
export function of(identity: Identity): Sessions {
  let sessions = all.get(identity);
  if (sessions === undefined) {
    sessions = new Sessions();
    all.set(identity, sessions);
  }
  return sessions;
}

const all = new WeakMap<Identity, Sessions>();

/** A relay has a handful of peers. */
const MAX_PEERS = 256;
