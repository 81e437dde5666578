import { type Context, Hono } from 'hono';
import { toError, UserError } from '../errors.ts';
import type { WorkflowApi } from '../workflow/api.ts';
import { bodyLimit } from './body-limit.ts';
import { diagramRoute, sendDiagram } from './diagram.ts';
import { eventsRoute, streamEvents } from './events.ts';
import { tcpGate } from './gate.ts';
import { type IdempotencyStore, idempotency, memoryIdempotencyStore } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { personName } from './person-name.ts';
import type { HttpEnv } from './place.ts';
import { problem, problemOf, sendProblem, type UnforeseenError } from './problem.ts';
import { rootHeader } from './root-header.ts';
import { Reply, type Route } from './route.ts';
import { routes } from './routes/index.ts';
import { securityHeaders } from './security-headers.ts';
import { createSignIn } from './sign-in.ts';
import { mountSignIn } from './sign-in-page.ts';
import { mustUpgrade } from './upgrade.ts';

const MOST_BODY_BYTES = 1024 * 1024;

export interface HttpAppOptions {
  workflow: WorkflowApi;
  /**
   * `'socket'`: every request passes, for an application that only a Unix socket serves. Otherwise requests of TCP, and
   * those whose place is not known, need the token and one of these hosts (`loopbackHosts` names the usual ones).
   */
  gate: 'socket' | { token: string; allowedHosts: string[] };
  /** answers `/mcp` */
  mcp?: (request: Request) => Promise<Response>;
  /** bull-board, see `bullBoard`: mounted on `/queues` */
  board?: Hono;
  /** mounted on `/` */
  dashboard?: Hono;
  /** paths that `listen` upgrades to a WebSocket, once the gate has let a request for one pass */
  upgrades?: readonly string[];
  /** in memory unless given */
  idempotencyStore?: IdempotencyStore;
  /** what this worker looks after, told to clients of the Unix socket: several workers may share a machine */
  root?: string;
  /** who acts where a request does not say; the login of this process's user unless given */
  person?: string;
  /** of specloop, for the OpenAPI document */
  version?: string;
  /** is told of every error that nobody foresaw */
  onUnforeseen?: (error: UnforeseenError) => void;
}

/** The application of both places, TCP and Unix socket: every route of the contract, behind one gate. */
export function createHttpApp(options: HttpAppOptions): Hono<HttpEnv> {
  const { workflow, gate, mcp, board, dashboard, onUnforeseen } = options;
  const app = new Hono<HttpEnv>();

  app.use(securityHeaders());
  if (options.root !== undefined) app.use(rootHeader(options.root));
  if (gate !== 'socket') {
    const signIn = createSignIn(gate.token);
    app.use(tcpGate({ allowedHosts: gate.allowedHosts, signIn }));
    mountSignIn(app, signIn);
  }
  app.use(bodyLimit(MOST_BODY_BYTES));
  app.use('/api/*', idempotency(options.idempotencyStore ?? memoryIdempotencyStore()));

  const person = options.person ?? personName();
  for (const route of routes) app.on(route.method, route.path, (c) => answer(c, route, { workflow, person }));
  app.get(eventsRoute.path, (c) => streamEvents(c, workflow));
  app.get(diagramRoute.path, (c) => sendDiagram(c));
  app.get('/api/openapi.json', (c) =>
    c.json(openApiDocument([...routes, diagramRoute, eventsRoute], options.version ?? '0')),
  );

  if (mcp !== undefined) app.all('/mcp', (c) => mcp(c.req.raw));
  if (board !== undefined) app.route('/queues', board);
  for (const path of options.upgrades ?? []) app.get(path, (c) => sendProblem(c, mustUpgrade()));
  if (dashboard !== undefined) app.route('/', dashboard);

  app.notFound((c) =>
    sendProblem(
      c,
      problem(404, 'not-found', 'there is no such route', { which: `${c.req.method} ${c.req.path}` }),
    ),
  );
  app.onError((thrown, c) => {
    const body = problemOf(thrown);
    if (body.id !== undefined) {
      onUnforeseen?.({ id: body.id, method: c.req.method, path: c.req.path, error: toError(thrown) });
    }
    return sendProblem(c, body);
  });
  return app;
}

async function answer(
  c: Context<HttpEnv>,
  route: Route,
  given: { workflow: WorkflowApi; person: string },
): Promise<Response> {
  const closing = c.env?.place?.closing;
  const gone = c.req.raw.signal;
  const input = {
    ...given,
    id: c.req.param('id') ?? '',
    signal: closing === undefined ? gone : AbortSignal.any([gone, closing]),
    idempotencyKey: c.req.header('idempotency-key'),
  };
  const body = route.method === 'post' ? await readJson(c) : undefined;
  const result = await route.run(input, { query: c.req.query(), body });

  if (typeof result === 'string') return c.text(result);
  const reply = result instanceof Reply ? result : new Reply(route.status, result);
  return c.body(JSON.stringify(reply.body), reply.status, { 'content-type': 'application/json' });
}

/** An empty body is an empty object, so that an action without options needs none. */
async function readJson(c: Context<HttpEnv>): Promise<unknown> {
  const text = await c.req.text();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('the body of this request is not JSON', {
      code: 'usage',
      why: toError(cause).message,
      cause,
    });
  }
}
