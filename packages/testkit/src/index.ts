/**
 * What tests of every package share: a clock that stands still until told, seeded random, memory connections on a
 * virtual link, media with known contents, and small things around real processes. Not shipped.
 */
export { runReadmeExample } from './example.js';
export { retained } from './garbage.js';
export { answerInCapitals, ask, attach, textOf } from './link/owner.js';
export { type SelfDrivenPair, selfDrivenPair } from './link/self-driven.js';
export { type VirtualLink, type VirtualLinkOptions, virtualLink } from './link/virtual-link.js';
export { type VirtualPathOptions, virtualPath } from './link/virtual-path.js';
export * as Media from './media/index.js';
export { type ProgramOptions, programPath, requireProgram } from './program.js';
export { Random } from './random.js';
export { TcpProxy } from './tcp-proxy.js';
export { type Teardown, temporaryDirectory } from './temporary.js';
export { daysFromNow, type RelayPem, TestAuthority } from './test-authority.js';
export { VirtualClock } from './virtual-clock.js';
export { type Deferred, deferred, waitFor } from './wait.js';
