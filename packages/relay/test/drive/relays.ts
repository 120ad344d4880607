/** Starts relays in this process, with certificates, on ephemeral ports. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, waitFor } from '@longhaul/testkit';
import { pino } from 'pino';
import type { Test } from 'tap';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { type Relay, startRelay } from '../../src/relay.js';
import { TestAuthority } from '../certificates.js';

/** Sections that a test changes, as they stand in the file. */
export type Sections = Readonly<Record<string, unknown>>;

/** A relay of a test with its log. */
export interface TestRelay {
  readonly relay: Relay;
  /** Lines of the log, parsed. */
  readonly log: Record<string, unknown>[];
  /** `rtmp://127.0.0.1:PORT/live` */
  readonly rtmp: string;
  /** `http://127.0.0.1:PORT/live` */
  readonly http: string;
  readonly admin: string;
}

/** Relays that share an authority; all are stopped when the test ends. */
export class Relays {
  readonly #test: Test;
  readonly directory: string;
  readonly #authority: TestAuthority;

  private constructor(test: Test, directory: string, authority: TestAuthority) {
    this.#test = test;
    this.directory = directory;
    this.#authority = authority;
  }

  static async create(test: Test): Promise<Relays> {
    return new Relays(test, await temporaryDirectory(test), await TestAuthority.create());
  }

  /** Writes the config of a relay that listens everywhere on loopback, changed by `sections`; returns the file. */
  async configure(id: string, sections: Sections = {}): Promise<string> {
    const directory = join(this.directory, id);
    mkdirSync(directory, { recursive: true });
    await this.#authority.write(directory, id);
    const { link, relay, ...rest } = sections as Record<string, object>;
    const file = join(directory, `${id}.yaml`);
    const tls = { certificate: `${id}.pem`, key: `${id}.key`, authorities: 'ca.pem' };
    const config = {
      relay: { id, ...relay },
      rtmp: { listen: '127.0.0.1:0' },
      http: { listen: '127.0.0.1:0' },
      admin: { listen: '127.0.0.1:0' },
      link: { listen: '127.0.0.1:0', tls, redialMinMs: 50, ...link },
      ...rest,
    };
    writeFileSync(file, stringify(config));
    return file;
  }

  /** Writes a new certificate and key for `id` into `directory`. */
  reissue(id: string, directory: string): Promise<void> {
    return this.#authority.write(directory, id);
  }

  async start(id: string, sections: Sections = {}): Promise<TestRelay> {
    const config = loadConfig({ file: await this.configure(id, sections) });
    const log: Record<string, unknown>[] = [];
    const logger = pino({ level: 'debug' }, { write: (line) => log.push(JSON.parse(line)) });
    const relay = await startRelay(config, { log: logger });
    this.#test.teardown(async () => {
      relay.stop();
      await relay.drain();
    });
    const { rtmp, http, admin } = relay.addresses;
    return { relay, log, rtmp: `rtmp://${rtmp}/live`, http: `http://${http}/live`, admin: `http://${admin}` };
  }

  /** An edge and a center that dials it, linked. */
  async pair(
    sections: { edge?: Sections; center?: Sections } = {},
  ): Promise<{ edge: TestRelay; center: TestRelay }> {
    const edge = await this.start('edge', { relay: { role: 'edge' }, ...sections.edge });
    const peers = [{ name: 'edge', url: `quic://${edge.relay.addresses.link}` }];
    const { link, ...rest } = (sections.center ?? {}) as { link?: object };
    const center = await this.start('center', {
      relay: { role: 'center' },
      link: { peers, ...link },
      ...rest,
    });
    await linked(edge, center);
    return { edge, center };
  }
}

/** Waits until two relays hold an open link. */
export async function linked(...relays: readonly TestRelay[]): Promise<void> {
  await waitFor('the link is open', () =>
    relays.every(({ relay }) => relay.figures.links().some((link) => link.state === 'open')),
  );
}
