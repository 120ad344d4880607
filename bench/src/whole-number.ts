/** Counts given on the command line. */

/** The inclusive range of an option. */
export interface WholeNumberRange {
  readonly least: number;
  readonly most: number;
}

/** The value of option `name`, given as `text`. Throws RangeError with name, value and rule when it is not in the range. */
export function wholeNumber(name: string, text: string, { least, most }: WholeNumberRange): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} ${text}: write a whole number from ${least} to ${most}`);
}
