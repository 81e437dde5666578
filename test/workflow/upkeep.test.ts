import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { openWorkflow, type Workflow } from '../../src/workflow/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let folder: string;
const open: Workflow[] = [];
const soon = { timeout: 20_000 };
const design = '# Design\n\n## Open Questions\n\n- Which format is exported?\n';

beforeAll(async () => {
  redis = await startTestRedis({ appendfsync: 'everysec' });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-upkeep-'));
  const change = join(folder, 'openspec', 'changes', 'add-export');
  await mkdir(change, { recursive: true });
  await writeFile(join(change, 'proposal.md'), '## Why\n\nPeople ask.\n\n## What Changes\n\n- Export\n');
  await writeFile(join(change, 'design.md'), design);
  await writeFile(join(folder, 'specloop.yaml'), `redis: { url: "unix://${redis.socketPath}" }\n`);
});
afterEach(async () => {
  for (const workflow of open.splice(0)) await workflow.close();
  await redis.flush();
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => redis.stop());

async function opened(): Promise<Workflow> {
  const config = await loadConfig({ cwd: folder, env: { SPECLOOP_STATE_DIR: join(folder, 'state') } });
  const workflow = await openWorkflow(config, { version: 'test' });
  open.push(workflow);
  return workflow;
}

it('a draft is kept no longer than until it is an update', async () => {
  const { router, documents, runtime } = await opened();
  const asked = async () => (await router.list({ change: 'add-export' })).items[0];
  await expect.poll(async () => (await asked())?.state, soon).toBe('escalated');
  await router.answer((await asked())?.id ?? '', { text: 'CSV.', by: 'Ada', kind: 'person' });
  await expect.poll(async () => (await documents.list({})).items.length, soon).toBe(1);
  const settled = ({ state }: { state: string }) => state === 'settled';
  expect(await runtime.waitFor('change/add-export', settled, { timeoutMs: 20_000 })).toBeDefined();
  // Its own write begins a round: a draft may be on its way again.
  const client = redis.connect();
  await expect.poll(() => client.keys('*:drafts'), soon).toEqual([]);
});

it('the sink’s journal forgets at the start what is a week old', async () => {
  await (await opened()).close();
  open.length = 0;
  const sinks = join(folder, 'state', 'sinks');
  const journal = join(sinks, (await readdir(sinks))[0] ?? '', 'journal.jsonl');
  const noted = (effectId: string, days: number) =>
    `${JSON.stringify({ effectId, at: Date.now() - days * 86_400_000, answer: { kind: 'written' } })}\n`;
  const young = noted('update/u2~1.0.beef', 6);
  await appendFile(journal, noted('update/u1~1.0.beef', 8) + young);
  await opened();
  await expect.poll(() => readFile(journal, 'utf8'), soon).toBe(young);
});
