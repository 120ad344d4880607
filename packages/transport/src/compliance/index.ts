/** The compliance suite: what every link transport must pass whole. Holds no timer: the pair runs by itself. */
export * from './case.js';
export { COMPLIANCE_CASES } from './cases/index.js';
export { DEFAULT_PAIR_OPTIONS, type MakePair, type Pair, type PairOptions } from './pair.js';
export { type ComplianceTest, complianceSuite, runCase } from './suite.js';
