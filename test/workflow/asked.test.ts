import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { healthSchema, pageOf } from '../../src/http/schemas.ts';
import { changeSummarySchema } from '../../src/types/index.ts';
import { openWorkflow, type Workflow } from '../../src/workflow/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

/** The real workflow behind the real routes, on a Redis that can be taken away. */
let redis: TestRedis;
let folder: string;
let workflow: Workflow;

beforeAll(async () => {
  redis = await startTestRedis({ appendfsync: 'everysec' });
  folder = await mkdtemp(join(tmpdir(), 'sl-asked-'));
  await mkdir(join(folder, 'openspec', 'changes'), { recursive: true });
  await writeFile(
    join(folder, 'specloop.yaml'),
    `redis: { url: "unix://${redis.socketPath}" }\nworkflow_orchestrator: { lm_studio_url: "http://127.0.0.1:9", socket_path: run/w.sock }\n`,
  );
  const config = await loadConfig({ cwd: folder, env: { SPECLOOP_STATE_DIR: join(folder, 'state') } });
  workflow = await openWorkflow(config, { version: 'test' });
  // One that is not there any more between those that are: a page has to look further than its length.
  await saved('add-a');
  await saved('add-b');
  await workflow.runtime.start('change', 'change/add-gone', { change: 'add-gone' });
  await workflow.runtime.send('change/add-gone', { type: 'GONE' });
  await rests('add-gone', 'absent');
  await saved('add-c');
});
afterAll(async () => {
  await workflow.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  createHttpApp({ workflow: workflow.orchestrator, gate: 'socket' }).request(path, { headers });

async function rests(change: string, state: string): Promise<void> {
  const at = (view: { state: string }) => view.state === state;
  expect(await workflow.runtime.waitFor(`change/${change}`, at, { timeoutMs: 30_000 })).toBeDefined();
}

async function saved(change: string): Promise<void> {
  const proposal = join(folder, 'openspec', 'changes', change, 'proposal.md');
  await mkdir(dirname(proposal), { recursive: true });
  await writeFile(proposal, '## Why\n\nIt is asked for.\n');
  await rests(change, 'settled');
}

it('a page of changes holds no more than was asked for, and the next goes on where it ended', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = pageOf(changeSummarySchema).parse(await (await get(`/api/changes?limit=2${cursor}`)).json());
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor === undefined ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== '');
  expect(seen.sort()).toEqual(['add-a', 'add-b', 'add-c']);
});

it('a cursor that no page gave is refused as a mistake of whoever asks', async () => {
  for (const path of ['/api/changes', '/api/actors']) {
    for (const cursor of ['abc', '', '.x', 'Infinity.x', '12.']) {
      const response = await get(`${path}?cursor=${cursor}`);
      expect(response.status, `${path} ${cursor}`).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'usage', which: cursor });
    }
  }
});

it('an id of the feed that no event has is refused before the stream opens', async () => {
  const response = await get('/api/events', { 'last-event-id': 'abc' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'usage', which: 'abc' });
  expect((await get('/api/events?after=1-')).status).toBe(400);
});

it('readiness and health are told while Redis is away', async () => {
  await redis.kill9();
  const ready = await get('/readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    checks: { redis: { ok: false, found: 'no answer within 1 s' }, root: { ok: true } },
  });
  const health = await get('/health');
  expect(health.status).toBe(200);
  expect(healthSchema.parse(await health.json())).toMatchObject({ status: 'degraded', redis: { ok: false } });
  await redis.restart();
  await expect.poll(async () => (await get('/readyz')).status, { timeout: 20_000 }).toBe(200);
});
