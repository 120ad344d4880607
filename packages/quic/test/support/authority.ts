/** Certificates made for a test: a CA and relays signed by it. */

import { TestAuthority } from '@longhaul/testkit';
import { Identity } from '../../src/index.js';

export { daysFromNow } from '@longhaul/testkit';

/** Makes authorities whose relays have identities of @longhaul/quic. */
export const Authority = {
  create: (name?: string) => TestAuthority.create((pem) => new Identity(pem), name),
};
/** A certificate authority that lives as long as the test. */
export type Authority = TestAuthority<Identity>;
