/** Counts of a test run, and how they are read from TAP and from cargo's output. */
import { Parser } from 'tap-parser';

/** Passed, failed and skipped so far, with one line for each that did not pass. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** @type {string[]} */
  failures = [];
  /** @type {{name: string, reason: string}[]} */
  skips = [];

  fail(line) {
    this.failed += 1;
    this.failures.push(line);
  }

  skip(name, reason) {
    this.skipped += 1;
    this.skips.push({ name, reason });
  }

  /** Adds the counts of `other` to this one. */
  add(other) {
    this.passed += other.passed;
    this.failed += other.failed;
    this.skipped += other.skipped;
    this.failures.push(...other.failures);
    this.skips.push(...other.skips);
  }

  /** The line a run ends with: `N passed, N failed`, `, N skipped` when there are any. */
  toString() {
    return `${this.passed} passed, ${this.failed} failed${this.skipped > 0 ? `, ${this.skipped} skipped` : ''}`;
  }
}

/**
 * Counts one TAP document: assertions are counted, the line that closes a subtest is not (it counts only when it says
 * what its assertions do not: a wrong plan, a time-out). A document with no assertion at all is a failure.
 */
export function tallyTap(name, text) {
  const tally = new Tally();
  const count = (parser, prefix) => {
    let closing = false;
    let childFailures = 0;
    parser.on('child', (child) => {
      const before = tally.failed;
      count(child, `${prefix} > ${child.name}`);
      closing = true;
      child.on('complete', () => {
        childFailures = tally.failed - before;
      });
    });
    parser.on('assert', (result) => {
      const isClosing = closing;
      closing = false;
      if (result.skip) return tally.skip(`${prefix} > ${result.name}`, String(result.skip));
      if (result.todo) return tally.skip(`${prefix} > ${result.name}`, `todo: ${result.todo}`);
      if (isClosing && (result.ok || childFailures > 0)) return;
      if (result.ok) tally.passed += 1;
      else tally.fail(`${prefix} > ${result.name}`);
    });
    parser.on('bailout', (reason) => tally.fail(`${prefix}: bail out: ${reason}`));
  };
  const parser = new Parser();
  count(parser, name);
  let results;
  parser.on('complete', (final) => {
    results = final;
  });
  parser.end(text);
  const ran = tally.passed + tally.failed + tally.skipped;
  if (!results?.ok && tally.failed === 0) tally.fail(`${name}: ended before its plan (crash or time-out)`);
  else if (ran === 0) tally.fail(`${name}: asserts nothing`);
  return tally;
}

const cargoResult = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/;
const cargoFailure = /^test (.+) \.\.\. FAILED$/;
const cargoIgnored = /^test (.+) \.\.\. ignored(?:, (.*))?$/;

/** Reads cargo's output line by line; `tally` holds what was seen. */
export class CargoReader {
  tally = new Tally();

  line(line) {
    const result = cargoResult.exec(line);
    if (result) {
      this.tally.passed += Number(result[1]);
      this.tally.failed += Number(result[2]);
      this.tally.skipped += Number(result[3]);
    }
    const failure = cargoFailure.exec(line);
    if (failure) this.tally.failures.push(`cargo > ${failure[1]}`);
    const ignored = cargoIgnored.exec(line);
    if (ignored) this.tally.skips.push({ name: `cargo > ${ignored[1]}`, reason: ignored[2] ?? 'ignored' });
  }
}
