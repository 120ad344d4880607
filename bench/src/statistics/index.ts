/** How arms are compared. Pure: the same samples and seed give the same result. Import as `Statistics`. */
export { interval } from './bootstrap.js';
export {
  type CompareOptions,
  type Comparison,
  compare,
  LEAST_BLOCKS,
  type Margin,
  meanLogRatio,
  type Verdict,
  verdictOf,
} from './compare.js';
export { holm, settle } from './holm.js';
export { armOrder } from './order.js';
export { compareProfiles, type Settled } from './profiles.js';
export { type Block, pooled, type Ratio, runValue, type Sample } from './sample.js';
