/** `longhaul netem show`: everything about one profile. */
import type { CommandModule } from 'yargs';
import { loadProfile } from '../profile/catalog.js';
import { DIRECTIONS, type Origin, type Path, type ResolvedProfile } from '../profile/profile.js';
import { table } from './table.js';
import { compact, lossWords, queueWords, rateSketch, rateWords, stepWords } from './words.js';

/** The command. */
export const show: CommandModule<object, { profile: string; json?: boolean }> = {
  command: 'show <profile>',
  describe: 'one profile: its values and where each comes from',
  builder: (yargs) =>
    yargs
      .positional('profile', { type: 'string', demandOption: true, describe: 'a name, or a .yaml file' })
      .option('json', { type: 'boolean', describe: 'one JSON object, every value resolved' })
      .example('$0 netem show hk-fra', 'values and sources') as never,
  handler: ({ profile: name, json }) => {
    const profile = loadProfile(name);
    process.stdout.write(`${json ? JSON.stringify(profile, null, 2) : describe(profile)}\n`);
  },
};

/** The profile as text. */
export function describe(profile: ResolvedProfile): string {
  const variant = profile.variantOf === undefined ? '' : ` (variant of ${profile.variantOf})`;
  const jitter = Math.hypot(profile.forward.jitterSigmaMs, profile.reverse.jitterSigmaMs);
  return [
    `${profile.name}${variant}: ${profile.summary}`,
    '',
    `round trip  ${compact(profile.rttMs)} ms, standard deviation ${compact(jitter)} ms, packets keep their order`,
    '',
    ...DIRECTIONS.flatMap((direction) => [...pathLines(direction, profile[direction]), '']),
    'where the values come from',
    table(Object.entries(profile.origins).map(([field, origin]) => [`  ${field}`, ...originWords(origin)])),
  ].join('\n');
}

function pathLines(direction: string, path: Path): string[] {
  const way = direction === 'forward' ? 'sender to receiver' : 'receiver to sender';
  const { policer, reorder, duplicateShare } = path;
  const rows = [
    ['one way', `${compact(path.oneWayMs)} ms, standard deviation ${compact(path.jitterSigmaMs)} ms`],
    ['rate', `${rateWords(path)} Mbit/s`],
    ['queue', `${queueWords(path)}, droptail`],
    ['loss', lossWords(path.loss)],
    ...(policer
      ? [['policer', `${compact(policer.rateBps / 1e6)} Mbit/s, bucket of ${policer.burstBytes} bytes`]]
      : []),
    ...(reorder ? [['reorder', `${compact(reorder.share * 100)} % by ${compact(reorder.extraMs)} ms`]] : []),
    ...(duplicateShare ? [['duplicate', `${compact(duplicateShare * 100)} %`]] : []),
    ...path.steps.map((step) => ['', stepWords(step)]),
    ...(path.bottleneck.kind === 'trace' || path.steps.length > 0
      ? [['60 s', rateSketch(path, SKETCH_SECONDS)]]
      : []),
  ];
  return [`${direction} (${way})`, table(rows.map(([name = '', words = '']) => [`  ${name}`, words]))];
}

function originWords(origin: Origin): [string, string] {
  return 'source' in origin ? ['source', origin.source] : ['derived', origin.derived];
}

const SKETCH_SECONDS = 60;
