/** Keys of congestion control of links over QUIC. */
import { Type } from '@sinclair/typebox';
import * as Key from './keys.js';

/** What a config may choose: an agent is the application's own and comes with a program, not with a file. */
export const CONFIG_ALGORITHMS = ['reno', 'cubic', 'bbr1', 'bbr3', 'bbr-live', 'copa', 'fixed'] as const;

const knobs = (live: { reload?: true }) =>
  Type.Optional(
    Type.Unsafe<Record<string, number>>({
      ...live,
      type: 'object',
      additionalProperties: {
        type: 'number',
        rule: 'must be a number',
        fix: 'see docs/congestion-control.md for units and ranges',
      },
      doc: 'Parameters of the algorithm by name, see [congestion-control.md](congestion-control.md); what is not named has its default',
      rule: 'must map names of parameters to numbers',
      fix: 'write knobs: {init_cwnd: 32}',
    }),
  );

/** Who decides how fast links over QUIC send, and with which parameters. */
export const CONGESTION = Key.section(
  'Congestion control of links over QUIC; a change takes effect on open links at once',
  {
    algorithm: Key.choice(CONFIG_ALGORITHMS, {
      doc: 'The algorithm',
      default: 'bbr-live',
      reload: true,
    }),
    knobs: knobs({ reload: true }),
    pathMemoryMs: Key.whole({
      doc: 'A dial starts from what the last link to that peer learned of the path, when that ended less than this ago (careful resume, RFC 9959); 0: always from nothing',
      unit: 'ms',
      default: 600_000,
      reload: true,
    }),
    peers: Key.list(
      Key.entry(
        {
          name: Key.required({
            doc: 'Pattern over relay ids',
            format: 'name-pattern',
            rule: 'must be a pattern over relay ids',
            fix: 'write name: center-eu-*',
          }),
          algorithm: Key.choice(CONFIG_ALGORITHMS, {
            doc: 'The algorithm; absent: that of `link.congestion`',
          }),
          knobs: knobs({}),
        },
        'write - {name: "center-eu-*", algorithm: bbr3}',
      ),
      {
        doc: 'Other choices for some peers; the first that matches counts. Its `knobs` take the place of those above',
        reload: true,
        rule: 'must be a list of rules',
        fix: 'write - {name: "center-eu-*", algorithm: bbr3}',
      },
    ),
  },
);
