/** Admin routes of congestion control: what there is, what each link has, and changes on live links. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Algorithm, type Knob, type KnobValues, knobTable } from '@longhaul/quic';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG_ALGORITHMS } from '../config/congestion-keys.js';

const Knobs = Type.Record(Type.String(), Type.Number(), { description: 'Parameters by name' });

/** Congestion control of one link. */
export const LinkCongestion = Type.Object(
  {
    peer: Type.String({ description: 'Relay id' }),
    algorithm: Type.String(),
    pending: Type.Boolean({ description: 'The last change is not carried out yet' }),
    phase: Type.String({ description: 'Of the algorithm, such as startup' }),
    chosen: Type.Boolean({ description: 'Changed by an operator; false: as the config says' }),
    knobs: Knobs,
    deliveryRateBps: Type.Number({ description: 'What the path delivers; 0 while unknown' }),
    deliveredBytes: Type.Number(),
    lostBytes: Type.Number(),
    spuriousBytes: Type.Number({ description: 'Taken for lost and acknowledged after all' }),
    appLimited: Type.Boolean({ description: 'The application, not the path, limits the rate' }),
    freshBytes: Type.Number({ description: 'Stream bytes sent for the first time' }),
    repeatedBytes: Type.Number({ description: 'Stream bytes sent again' }),
    gauges: Type.Array(
      Type.Object({
        name: Type.String(),
        unit: Type.String(),
        value: Type.Union([Type.Number(), Type.Null()]),
      }),
    ),
  },
  { $id: 'LinkCongestion' },
);

/** See `LinkCongestion`. */
export type LinkCongestion = Static<typeof LinkCongestion>;

const Change = Type.Object(
  {
    algorithm: Type.Optional(Type.String({ description: 'One of those that /api/v1/congestion lists' })),
    knobs: Type.Optional(Knobs),
  },
  { additionalProperties: false, minProperties: 1 },
);

const Problem = Type.Object({ error: Type.String() });
const Peer = Type.Object({ peer: Type.String() });

/** What an operator changes; what is left out stays. */
export interface CongestionChange {
  readonly algorithm?: Algorithm;
  readonly knobs?: KnobValues;
}

/** What the routes work on. */
export interface CongestionSource {
  /** A row for each open link over QUIC. */
  rows(): LinkCongestion[];
  /**
   * Changes the link to `peer` and says `who` did in the log; false when there is no open link over QUIC to it.
   * @throws QuicError LH_QUIC_ARGUMENT with the range when a knob is refused; nothing changes then.
   */
  choose(peer: string, change: CongestionChange, who: string): boolean;
  /** As the config says again; false as above. */
  forget(peer: string, who: string): boolean;
}

/** Adds the routes. */
export function addCongestion(app: FastifyInstance, source: CongestionSource): void {
  const Table = Type.Object({
    algorithms: Type.Array(Type.String()),
    knobs: Type.Array(Type.Unsafe<Knob>({ type: 'object', additionalProperties: true })),
    links: Type.Array(LinkCongestion),
  });
  app.get(
    '/api/v1/congestion',
    { schema: { summary: 'Algorithms, parameters, and what each link has', response: { 200: Table } } },
    async () => ({ algorithms: [...CONFIG_ALGORITHMS], knobs: [...knobTable()], links: source.rows() }),
  );
  const answer = async (reply: FastifyReply, peer: string) =>
    (await settled(source, peer)) ?? missing(reply, peer);
  const path = '/api/v1/links/:peer/congestion';
  app.put<{ Params: Static<typeof Peer>; Body: Static<typeof Change> }>(
    path,
    {
      schema: {
        summary: 'Change the congestion control of a live link, and of those to the same peer after it',
        params: Peer,
        body: Change,
        response: { 200: LinkCongestion, 400: Problem, 404: Problem },
      },
    },
    async (request, reply) => {
      const { peer } = request.params;
      try {
        if (!source.choose(peer, changeOf(request.body), whoOf(request))) return missing(reply, peer);
      } catch (error) {
        return reply.code(400).send({ error: (error as Error).message });
      }
      return answer(reply, peer);
    },
  );
  app.delete<{ Params: Static<typeof Peer> }>(
    path,
    {
      schema: {
        summary: 'Give a link what the config says again',
        params: Peer,
        response: { 200: LinkCongestion, 404: Problem },
      },
    },
    async (request, reply) => {
      const { peer } = request.params;
      return source.forget(peer, whoOf(request)) ? answer(reply, peer) : missing(reply, peer);
    },
  );
}

/** The link to `peer` once its engine has followed the last change; as it is when that takes longer than `FOLLOW_MS`. */
async function settled(source: CongestionSource, peer: string): Promise<LinkCongestion | undefined> {
  const endMs = performance.now() + FOLLOW_MS;
  for (;;) {
    const row = source.rows().find((link) => link.peer === peer);
    if (row?.pending !== true || performance.now() >= endMs) return row;
    await sleep(1);
  }
}

/** The engine takes a change up at its next turn: about a millisecond, more on a busy machine. */
const FOLLOW_MS = 500;

function changeOf({ algorithm, knobs }: Static<typeof Change>): CongestionChange {
  const known = CONFIG_ALGORITHMS.find((name) => name === algorithm);
  if (algorithm !== undefined && known === undefined)
    throw new RangeError(`there is no algorithm "${algorithm}": ${CONFIG_ALGORITHMS.join(', ')}`);
  return { ...(known !== undefined && { algorithm: known }), ...(knobs !== undefined && { knobs }) };
}

function missing(reply: FastifyReply, peer: string): FastifyReply {
  return reply.code(404).send({ error: `there is no open link over QUIC to "${peer}"` });
}

/** The API asks for no password: who it was is where it came from. */
function whoOf(request: FastifyRequest): string {
  return request.ip;
}
