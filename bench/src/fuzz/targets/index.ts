/** Every fuzz target. */
import type { FuzzTarget } from '../target.js';
import { target as amf0 } from './amf0.js';
import { target as classifier } from './classifier.js';
import { target as flvReader } from './flv-reader.js';
import { target as httpPath } from './http-path.js';
import { target as linkSession } from './link-session.js';
import { target as rtmpClient } from './rtmp-client.js';
import { target as rtmpServer } from './rtmp-server.js';
import { target as wireControl } from './wire-control.js';
import { target as wireUni } from './wire-uni.js';

/** In the order they run. */
export const TARGETS: readonly FuzzTarget[] = [
  rtmpServer,
  rtmpClient,
  flvReader,
  amf0,
  classifier,
  wireControl,
  wireUni,
  linkSession,
  httpPath,
];
