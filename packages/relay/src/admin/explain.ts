/** Admin routes that say where delay comes from: of the last minute in sums, and frame by frame for a stated time. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Subject, Unknown } from '../trace/explain.js';
import { Explanation } from '../trace/figures.js';
import { TraceAnswer } from '../trace/trace-figures.js';

/** What the routes work on. */
export interface ExplainSource {
  /** The last minute of a link or broadcast. */
  explain(subject: Subject): Explanation | Unknown;
  /**
   * Follows each frame of a broadcast for `seconds` and resolves with their times; earlier when `signal` says so. Rejects
   * with a RangeError when it cannot begin.
   */
  trace(broadcast: string, seconds: number, signal: AbortSignal): Promise<TraceAnswer | Unknown>;
}

const Name = Type.String({ minLength: 1, maxLength: 256 });
const Query = Type.Object({ link: Type.Optional(Name), broadcast: Type.Optional(Name) });
const TraceQuery = Type.Object({
  broadcast: Name,
  seconds: Type.Number({ minimum: 1, maximum: 60, default: 10 }),
});
const Problem = Type.Object({ error: Type.String() });

/** Adds the routes. */
export function addExplain(app: FastifyInstance, source: ExplainSource): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/v1/explain',
    {
      schema: {
        summary: 'Where the delay of the last minute came from; give link or broadcast',
        querystring: Query,
        response: { 200: Explanation, 400: Problem, 404: Problem },
      },
    },
    async (request, reply) => {
      const subject = subjectOf(request.query);
      if (subject === undefined) return reply.code(400).send({ error: 'give ?link=PEER or ?broadcast=PATH' });
      const answer = source.explain(subject);
      return 'unknown' in answer ? reply.code(404).send({ error: answer.unknown }) : answer;
    },
  );
  app.get<{ Querystring: Static<typeof TraceQuery> }>(
    '/api/v1/trace',
    {
      schema: {
        summary: 'When each frame of a broadcast passed each place here; answers after the seconds asked for',
        querystring: TraceQuery,
        response: { 200: TraceAnswer, 404: Problem, 409: Problem },
      },
    },
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const { broadcast, seconds } = request.query;
      try {
        const answer = await source.trace(broadcast, seconds, gone.signal);
        return 'unknown' in answer ? reply.code(404).send({ error: answer.unknown }) : answer;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return reply.code(409).send({ error: error.message });
      }
    },
  );
}

function subjectOf({ link, broadcast }: Static<typeof Query>): Subject | undefined {
  if ((link === undefined) === (broadcast === undefined)) return undefined;
  return link === undefined ? { kind: 'broadcast', name: broadcast as string } : { kind: 'link', name: link };
}
