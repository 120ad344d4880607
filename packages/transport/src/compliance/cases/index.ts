/** All cases, in the order they run. */
import type { ComplianceCase } from '../case.js';
import * as BackPressure from './back-pressure.js';
import * as Close from './close.js';
import * as Concurrency from './concurrency.js';
import * as Datagrams from './datagrams.js';
import * as Delivery from './delivery.js';
import * as Events from './events.js';
import * as HalfClose from './half-close.js';
import * as Metering from './metering.js';
import * as Priority from './priority.js';
import * as Reset from './reset.js';
import * as Stats from './stats.js';
import * as Stop from './stop.js';
import * as Vanish from './vanish.js';

/** Every behaviour a link transport must have. */
export const COMPLIANCE_CASES: readonly ComplianceCase[] = [
  Delivery,
  BackPressure,
  Priority,
  Reset,
  Stop,
  HalfClose,
  Close,
  Concurrency,
  Datagrams,
  Vanish,
  Events,
  Stats,
  Metering,
].flatMap(({ CASES }) => CASES);
