/** What of delivery over bad links an arm does without: sections of both relays' configuration. */

/** Keys that turn mechanisms off; what is not named is as the relay has it by default. */
export interface Without {
  /** Of `link`, at both ends. */
  readonly link: object;
  /** Of `viewers`, at the center. */
  readonly viewers: object;
}

/** Every mechanism that is on by default. */
export const ALL_ON: Without = { link: {}, viewers: {} };

/** No early data, no warming up and no care for the last packets before a pause. */
export const NO_FAST_START: Without = {
  link: { fastStart: { earlyData: false, warmUp: false }, tailCare: false },
  viewers: {},
};

/** Nor repair. */
export const NO_REPAIR: Without = {
  link: { ...NO_FAST_START.link, repair: { maxShare: 0 } },
  viewers: {},
};

/** Nor anything else: what the transport and its rate control do alone. */
export const PLAIN: Without = {
  link: { ...NO_REPAIR.link, delivery: { maxUnsentMs: 0, expiry: false } },
  viewers: { groupHoldMs: 0 },
};
