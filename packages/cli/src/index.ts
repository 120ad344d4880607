/**
 * The `longhaul` command line and what it is made of: RTMP publishing, FLV and RTMP reading, probing, certificates.
 * Not a library with a stable interface: the benchmark and the tests of this repository use it.
 */
export {
  type CertificateResult,
  certificatesHold,
  type RelayFiles,
  relayFiles,
  writeCertificates,
} from './certs/directory.js';
export { type CliExtras, type ExtraCommand, runCli } from './cli.js';
export { monotonicMs, wallClockMs } from './clock.js';
export { CliError, type CliErrorCode, EXIT, exitCodeOf } from './errors.js';
export { formatTable } from './format.js';
export { Interrupt } from './interrupt.js';
export { openSource } from './media/open.js';
export { RtmpClient, type RtmpClientEvents } from './media/rtmp-client.js';
export type { MediaSource, MediaTag, SourceEvents } from './media/source.js';
export { type MediaUrl, parseMediaUrl, parsePublishUrl, type RtmpUrl } from './media/url.js';
export { type Output, processOutput } from './output.js';
export { type Percentiles, percentiles } from './probe/percentiles.js';
export { Progress, type ProgressOptions, type ProgressState } from './progress.js';
export { decodeStamp, encodeStamp, type Stamp } from './publish/stamp.js';
export { type BoundAddresses, RelayChild } from './start/relay-child.js';
