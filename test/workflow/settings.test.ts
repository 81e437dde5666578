import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { startWorker } from '../../src/worker.ts';
import { openWorkflow, type Workflow } from '../../src/workflow/index.ts';
import { type LmStudioServer, startLmStudioServer } from '../support/lm-studio-server.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

/** What a `specloop.yaml` says reaches the parts that honour it: the real ones, put together as a worker does. */
let redis: TestRedis;
let server: LmStudioServer;
let folder: string;
const endings: (() => Promise<unknown>)[] = [];
const mcpAgent = fileURLToPath(new URL('../fixtures/mcp/agent.mjs', import.meta.url));
const soon = { timeout: 20_000 };

beforeAll(async () => {
  redis = await startTestRedis({ appendfsync: 'everysec' });
  server = await startLmStudioServer({
    script: () => ({ known: true, answer: 'A queue.', confidence: 0.9, reason: '' }),
  });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-settings-'));
  await mkdir(join(folder, 'openspec', 'changes'), { recursive: true });
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
  await server.behave('normal');
  await redis.flush();
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await server.stop();
  await redis.stop();
});

/** The configuration of this file, on the test's own Redis. */
async function configured(yaml: string) {
  const own = `redis: { url: "unix://${redis.socketPath}" }\nworkflow_orchestrator: { lm_studio_url: "${server.url}", socket_path: run/w.sock }\n`;
  await writeFile(join(folder, 'specloop.yaml'), own + yaml);
  return loadConfig({ cwd: folder, env: { SPECLOOP_STATE_DIR: join(folder, 'state') } });
}

async function opened(yaml: string): Promise<Workflow> {
  const workflow = await openWorkflow(await configured(yaml), { version: 'test' });
  endings.push(() => workflow.close());
  return workflow;
}

/** Asks, and waits until somebody has answered or nobody will. */
async function answerOf(workflow: Workflow, text: string, agentId?: string) {
  const id = await workflow.router.askQuestion(text, agentId);
  const rests = ({ state }: { state: string }) => ['answered', 'escalated'].includes(state);
  await workflow.runtime.waitFor(`question/${id}`, rests, { timeoutMs: 30_000 });
  return workflow.router.get(id);
}

it('redis.url is where everything is kept', async () => {
  const workflow = await opened('');
  expect(workflow.redis.origin).toContain(redis.socketPath);
  await answerOf(workflow, 'Where is it kept?');
  expect(await redis.connect().dbsize()).toBeGreaterThan(0);
});

it('the limits of questions and of the model are those of the queues, over all processes', async () => {
  const { runtime } = await opened(`
question_routing: { max_concurrent_questions: 3 }
lm_studio: { max_concurrent: 2, requests_per_minute: 7 }
`);
  expect(await runtime.queues.queue('agents').getGlobalConcurrency()).toBe(3);
  expect(await runtime.queues.queue('lm-studio').getGlobalConcurrency()).toBe(2);
  expect(await runtime.queues.queue('lm-studio').getGlobalRateLimit()).toEqual({ max: 7, duration: 60_000 });
});

it('agents answer, one behind MCP and one a persona, whose requests count; paused, it declines', async () => {
  const workflow = await opened(`
lm_studio: { requests_per_minute: 50 }
agents:
  - { id: docs, mcp: { command: "${process.execPath}", args: ["${mcpAgent}", plain] } }
  - { id: architect, persona: You design queues., capabilities: [architecture] }
`);
  expect(await answerOf(workflow, 'What is a widget?', 'docs')).toMatchObject({
    answer: expect.stringContaining('about What is a widget?'),
    answered_by: 'docs',
  });
  const { orchestrator } = workflow;
  await expect.poll(async () => (await orchestrator.health()).model.state, soon).toBe('ready');
  expect(await answerOf(workflow, 'What carries the work?', 'architect')).toMatchObject({
    answer: 'A queue.',
    answered_by: 'architect (scripted-reviewer)',
  });
  const counted = async () => (await redis.connect().keys('*:lm-requests')).length;
  expect(await counted()).toBe(1);
  const chats = server.chats().length;
  await orchestrator.pauseModels();
  expect((await answerOf(workflow, 'Who paints the barn?', 'architect'))?.state).toBe('escalated');
  expect(server.chats()).toHaveLength(chats);
});

it('lm_studio.timeout ends a call that hangs, so that the question goes on to people', async () => {
  const workflow = await opened(`
lm_studio: { timeout: 1 }
agents: [{ id: architect, persona: You design queues. }]
`);
  const { orchestrator } = workflow;
  await expect.poll(async () => (await orchestrator.health()).model.state, soon).toBe('ready');
  await server.behave('hang');
  const [asked] = await Promise.all([answerOf(workflow, 'What hangs?', 'architect'), server.nextChat()]);
  expect(asked?.state).toBe('escalated');
});

it('lm_studio.start runs the command where nothing answers', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'lms'), `#!/bin/sh\necho "$@" >> ${join(folder, 'calls')}\n`);
  await chmod(join(bin, 'lms'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  await server.behave('refuse');
  await opened('lm_studio: { start: true }');
  const calls = () => readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  await expect.poll(calls, soon).toBe(`server start --port ${new URL(server.url).port}\n`);
});

it('feedback_loop.analysis_interval is how often the feedback loop looks', async () => {
  const { feedback } = await opened('feedback_loop: { analysis_interval: 1 }');
  const analyse = vi.spyOn(feedback, 'analyse');
  await expect.poll(() => analyse.mock.settledResults.length, soon).toBeGreaterThan(1);
  expect(analyse.mock.settledResults[0]).toMatchObject({ type: 'fulfilled', value: { improvements: [] } });
});

it('http.host and http.port are where the worker serves', async () => {
  const port = await freePort();
  const config = await configured(`http: { host: localhost, port: ${port} }\n`);
  const worker = await startWorker(config, {
    join: false,
    onLine: () => {},
    signal: new AbortController().signal,
  });
  endings.push(() => worker.stop());
  expect(worker.url).toBe(`http://localhost:${port}`);
  expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
