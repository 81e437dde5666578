import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { isAllowedHost, isSameOrigin } from './host-header.ts';
import type { HttpEnv } from './place.ts';
import { problem, sendProblem } from './problem.ts';
import type { SignIn } from './sign-in.ts';
import { signedOutPage } from './sign-in-page.ts';

const OPEN_PATHS = new Set(['/livez', '/readyz', '/signin']);

/**
 * The one gate before every route of the TCP side: a Host that is ours (DNS rebinding), an Origin that is ours (another
 * page in the same browser), and the bearer token or a browser's session. Requests of the Unix socket pass: its mode
 * and owner have guarded it.
 */
export function tcpGate(options: {
  allowedHosts: readonly string[];
  signIn: SignIn;
}): MiddlewareHandler<HttpEnv> {
  const { allowedHosts, signIn } = options;
  return async (c, next) => {
    if (c.env?.place?.kind === 'socket') return next();

    const host = c.req.header('host');
    if (!isAllowedHost(host, allowedHosts)) {
      return sendProblem(c, problem(403, 'host', 'this host name is not one of this server'));
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && !isSameOrigin(origin, host)) {
      return sendProblem(c, problem(403, 'origin', 'requests of other sites are refused'));
    }
    if (OPEN_PATHS.has(c.req.path)) return next();

    const authorization = c.req.header('authorization');
    if (authorization !== undefined && /^bearer /i.test(authorization)) {
      return signIn.isToken(authorization.slice('bearer '.length).trim()) ? next() : refuse(c);
    }
    const session = getCookie(c, signIn.cookieName);
    if (session === undefined || !signIn.isSession(session)) return refuse(c);
    if (!isOwnPage(c, origin)) {
      return sendProblem(c, problem(403, 'cross-site', 'requests of other sites are refused'));
    }
    return next();
  };
}

/**
 * A cookie travels with every request that a browser makes to this host, and other local servers count as the same
 * site: so a session counts only for our own pages' requests, and for a person who navigates here.
 */
function isOwnPage(c: Context<HttpEnv>, origin: string | undefined): boolean {
  const site = c.req.header('sec-fetch-site');
  const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
  if (site === 'same-origin') return true;
  if (site === 'none') return reads;
  if (site === undefined) return reads || origin !== undefined;
  return (
    reads && c.req.header('sec-fetch-mode') === 'navigate' && c.req.header('sec-fetch-dest') === 'document'
  );
}

/** Never a redirect: whoever has no token learns nothing but how to get in. */
function refuse(c: Context<HttpEnv>): Response {
  c.header('www-authenticate', 'Bearer realm="specloop"');
  if (c.req.header('accept')?.includes('text/html') === true) return c.html(signedOutPage(), 401);
  return sendProblem(
    c,
    problem(401, 'token', 'this needs the bearer token', {
      next: 'send "Authorization: Bearer …" with the content of the file token in the state folder, or run specloop open',
    }),
  );
}
