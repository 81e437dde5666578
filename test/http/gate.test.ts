import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createHttpApp, loopbackHosts } from '../../src/http/index.ts';
import { bearer, startListening, TOKEN } from './listening.ts';
import { sampleWorkflow } from './memory-workflow.ts';
import { send } from './send.ts';

const OPEN = new Set(['/livez', '/readyz', '/signin']);

/** Every route that the application itself knows, so that a new one cannot be forgotten here. */
function everyRoute() {
  const board = new Hono().get('/', (c) => c.text('queues'));
  const dashboard = new Hono().get('/', (c) => c.text('dashboard'));
  const app = createHttpApp({
    workflow: sampleWorkflow(),
    gate: { token: TOKEN, allowedHosts: loopbackHosts('127.0.0.1') },
    mcp: async () => new Response('mcp'),
    board,
    dashboard,
  });
  const routes = app.routes
    .filter((route) => route.path !== '/*' && route.path !== '/api/*')
    .map((route) => ({
      method: route.method === 'ALL' ? 'POST' : route.method,
      path: route.path.replaceAll(':id', 'add-login'),
    }));
  return { app, routes };
}

describe('the gate of the TCP side', () => {
  it('answers 401 on every route without a token, and never a redirect', async () => {
    const { app, routes } = everyRoute();
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, path } of routes) {
      const response = await app.request(path, { method, headers: { host: 'localhost:4100' } });
      if (OPEN.has(path) && path !== '/signin') expect([path, response.status]).toEqual([path, 200]);
      else expect([path, response.status]).toEqual([path, 401]);
    }
  });

  it('refuses a wrong token on every guarded route', async () => {
    const { app, routes } = everyRoute();
    for (const { method, path } of routes.filter((route) => !OPEN.has(route.path))) {
      for (const authorization of ['Bearer wrong', `Bearer ${TOKEN}x`, 'Bearer ', `Basic ${TOKEN}`]) {
        const headers = { host: 'localhost:4100', authorization };
        expect((await app.request(path, { method, headers })).status).toBe(401);
      }
    }
  });

  it('refuses hosts and origins that are not its own, with the right token too', async () => {
    const { app, routes } = everyRoute();
    const hosts = [
      'evil.example',
      '0.0.0.0:4100',
      '2130706433',
      'localhost.',
      'localhost@evil',
      '127.0.0.1.nip.io',
      '',
    ];
    const origins = [
      'http://evil.example',
      'null',
      'http://localhost:3000',
      'http://localhost',
      'file://localhost:4100',
    ];
    for (const { method, path } of routes) {
      for (const host of hosts) {
        const response = await app.request(path, { method, headers: { ...bearer, host } });
        expect([path, host, response.status]).toEqual([path, host, 403]);
      }
      for (const origin of origins) {
        const headers = { ...bearer, host: 'localhost:4100', origin };
        expect([path, origin, (await app.request(path, { method, headers })).status]).toEqual([
          path,
          origin,
          403,
        ]);
      }
    }
  });

  it.each(['localhost:4100', 'LOCALHOST', '127.0.0.1:4100', '[::1]:4100'])(
    'knows itself as %s',
    async (host) => {
      const { app } = everyRoute();
      expect((await app.request('/api/changes', { headers: { ...bearer, host } })).status).toBe(200);
    },
  );

  it('shows a browser without a session how to sign in, with status 401', async () => {
    const { app } = everyRoute();
    const response = await app.request('/', { headers: { host: 'localhost', accept: 'text/html' } });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('specloop open');
  });

  it('asks for no token on the Unix socket and takes any Host', async () => {
    const { socket } = await startListening();
    for (const host of ['evil.example', 'a b', '%2Ftmp%2Fs.sock']) {
      const reply = await send({ ...socket, path: '/api/changes', headers: { host } });
      expect([host, reply.status]).toEqual([host, 200]);
    }
  });
});

describe('signing a browser in', () => {
  async function signIn() {
    const started = await startListening();
    const minted = await send({ ...started.socket, method: 'POST', path: '/api/signin-codes' });
    const url = new URL(String(JSON.parse(minted.text).url));
    const opened = await send({ ...started.tcp, path: `${url.pathname}${url.search}` });
    return { ...started, url, opened, cookie: String(opened.headers['set-cookie']?.[0]?.split(';')[0]) };
  }

  it('gives a code that works once, for a session in a strict cookie that scripts cannot read', async () => {
    const { opened, url, tcp, cookie } = await signIn();
    expect(url.port).toBe(String(tcp.port));
    expect(opened.status).toBe(200);
    expect(opened.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await send({ ...tcp, path: '/api/changes', headers: { cookie } })).status).toBe(200);

    const again = await send({ ...tcp, path: `${url.pathname}${url.search}` });
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('refuses a session that was tampered with', async () => {
    const { tcp, cookie } = await signIn();
    const [name, value = ''] = cookie.split('=');
    const later = value.replace(/^\d+/, (expiresAt) => `${Number(expiresAt) + 1}`);
    for (const forged of [`${name}=`, `${name}=${later}`, `${name}=${value}x`, `${name}=${TOKEN}`]) {
      expect((await send({ ...tcp, path: '/api/changes', headers: { cookie: forged } })).status).toBe(401);
    }
  });

  it('counts a session only for our own pages: other local servers share its cookies', async () => {
    const { tcp, cookie } = await signIn();
    const from = (headers: Record<string, string>, method = 'GET') =>
      send({
        ...tcp,
        method,
        path: method === 'GET' ? '/api/changes' : '/api/pause',
        headers: { cookie, ...headers },
      });

    expect((await from({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).status).toBe(403);
    expect((await from({}, 'POST')).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'none' }, 'POST')).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'same-origin' }, 'POST')).status).toBe(200);
    expect((await from({ 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  it('mints no codes over TCP, not even for the token', async () => {
    const { tcp } = await startListening();
    const reply = await send({ ...tcp, method: 'POST', path: '/api/signin-codes', headers: bearer });
    expect(reply.status).toBe(400);
  });
});
