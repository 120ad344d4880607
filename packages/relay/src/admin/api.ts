/** Admin API: health, version, broadcasts, links, congestion control, metrics and their OpenAPI description. */
import swagger from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import fastify, { type FastifyInstance } from 'fastify';
import { BroadcastFigure, type FigureSource, LinkFigure } from '../figures.js';
import { addCongestion, type CongestionSource } from './congestion.js';
import { addExplain, type ExplainSource } from './explain.js';

/** What the API shows. */
export interface AdminOptions {
  readonly figures: FigureSource;
  readonly congestion: CongestionSource;
  readonly explain: ExplainSource;
  /** Text of `GET /metrics` in Prometheus' format, with its content type. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const Health = Type.Object({ status: Type.Union([Type.Literal('ok'), Type.Literal('draining')]) });
const Version = Type.Object({
  name: Type.String(),
  version: Type.String(),
  node: Type.String({ description: 'Version of Node' }),
  relay: Type.Object({ id: Type.String(), role: Type.String(), region: Type.Optional(Type.String()) }),
  uptimeMs: Type.Number(),
});
/** Header and body of a request have to come within this; looked at every `CHECK_MS`. */
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_MS = 500;
/** Operators and scrapers. */
const MAX_CONNECTIONS = 256;
const Problem = Type.Object({ error: Type.String() });

/** Builds the API; the caller listens and closes. */
export async function createAdmin(options: AdminOptions): Promise<FastifyInstance> {
  const { figures } = options;
  const { version } = figures.relay();
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CHECK_MS },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'longhaul relay',
        version,
        description: 'State of one relay, and congestion control of its links.',
      },
    },
  });
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send({ error: `no ${request.method} here; see /api/v1/openapi.json` });
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  addState(app, figures);
  addCongestion(app, options.congestion);
  addExplain(app, options.explain);
  app.get(
    '/metrics',
    { schema: { summary: 'Metrics for Prometheus', response: { 200: Type.String() } } },
    async (_, reply) => {
      const { contentType, text } = await options.metrics();
      return reply.header('content-type', contentType).send(text);
    },
  );
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}

function addState(app: FastifyInstance, figures: FigureSource): void {
  app.get(
    '/health',
    { schema: { summary: 'Is the relay taking sessions', response: { 200: Health, 503: Health } } },
    async (_request, reply) => {
      const healthy = figures.healthy();
      return reply.code(healthy ? 200 : 503).send({ status: healthy ? 'ok' : 'draining' });
    },
  );
  app.get(
    '/api/v1/version',
    { schema: { summary: 'What runs here', response: { 200: Version } } },
    async () => {
      const { id, role, region, version, uptimeMs } = figures.relay();
      const relay = { id, role, ...(region !== undefined && { region }) };
      return { name: 'longhaul', version, node: process.version, relay, uptimeMs };
    },
  );
  const Broadcasts = Type.Object({ broadcasts: Type.Array(BroadcastFigure) });
  app.get(
    '/api/v1/broadcasts',
    { schema: { summary: 'Broadcasts at this relay', response: { 200: Broadcasts } } },
    async () => ({
      broadcasts: figures.broadcasts(),
    }),
  );
  const Links = Type.Object({ links: Type.Array(LinkFigure) });
  app.get(
    '/api/v1/links',
    { schema: { summary: 'Links to other relays', response: { 200: Links } } },
    async () => ({
      links: figures.links(),
    }),
  );
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const code = error.statusCode ?? 500;
    const body: typeof Problem.static = { error: code < 500 ? error.message : 'internal error' };
    reply.code(code).send(body);
  });
}
