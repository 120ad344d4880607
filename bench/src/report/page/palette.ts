/** Colour and dash of each arm: the same in every figure, told apart without colour as well. */

/** How an arm is drawn. */
export interface Stroke {
  /** A CSS colour: a variable that style.ts defines for light and dark. */
  readonly color: string;
  /** `stroke-dasharray`; families differ by it: QUIC solid, TCP dashed, others dotted. */
  readonly dash: string;
}

/** Hues in the order they are given to arms of a family. */
const FAMILIES: readonly { matches: RegExp; hues: readonly string[]; dash: string }[] = [
  { matches: /^quic-tunnel/, hues: ['slate'], dash: '8 2 2 2' },
  { matches: /^quic/, hues: ['blue', 'teal', 'sky', 'indigo', 'green', 'olive', 'grey'], dash: 'none' },
  { matches: /^tcp/, hues: ['red', 'amber', 'brown'], dash: '6 3' },
  { matches: /^h2/, hues: ['violet'], dash: '6 2 1 2' },
  { matches: /./, hues: ['green', 'grey', 'olive'], dash: '2 2' },
];

/** The stroke of every arm of a report. The first arm of a family has its first hue, and so on in turn. */
export function strokes(arms: readonly string[]): ReadonlyMap<string, Stroke> {
  const used = new Map<RegExp, number>();
  return new Map(
    // What most sentences are about has its family's first hue wherever it stands in the plan.
    [...arms].sort(principalFirst).map((arm) => {
      const family = FAMILIES.find(({ matches }) => matches.test(arm)) as (typeof FAMILIES)[number];
      const index = used.get(family.matches) ?? 0;
      used.set(family.matches, index + 1);
      const hue = family.hues[index % family.hues.length] as string;
      return [arm, { color: `var(--${hue})`, dash: family.dash }];
    }),
  );
}

function principalFirst(a: string, b: string): number {
  return Number(PRINCIPALS.includes(b)) - Number(PRINCIPALS.includes(a));
}

/** The stronger baseline, and what relays run with unless told otherwise. */
const PRINCIPALS: readonly string[] = ['tcp-bbr', 'quic-bbr-live'];
