import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LoadConfigOptions, loadConfig } from '../../src/config/index.ts';

let folder: string;
let project: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sl-config-')));
  project = join(folder, 'project');
  await mkdir(join(project, 'openspec', 'changes'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const load = (options: Partial<LoadConfigOptions> = {}) =>
  loadConfig({ cwd: project, ...options, env: { XDG_STATE_HOME: join(folder, 'state'), ...options.env } });
const write = (text: string, file = join(project, 'specloop.yaml')) => writeFile(file, text);

test('without a file, flags or environment the defaults of the design hold', async () => {
  const config = await load();
  expect(config).toEqual({
    root: join(project, 'openspec'),
    changesDir: join(project, 'openspec', 'changes'),
    stateDir: expect.stringContaining(join(folder, 'state', 'specloop', 'project-')),
    socketPath: '/tmp/workflow_orchestrator.sock',
    http: { host: '127.0.0.1', port: 4100 },
    lmStudio: { baseUrl: 'http://localhost:1234', maxConcurrent: 1, timeoutMs: 600_000, start: false },
    mcpSocket: '/tmp/mcp_orchestrator.sock',
    questionRouting: { cacheTimeoutS: 3600, maxConcurrentQuestions: 10, maxOpenForPeople: 5 },
    documentUpdates: { autoCommit: true, backupBeforeUpdate: true, mode: 'approve', branch: 'current' },
    feedbackLoop: {
      analysisIntervalS: 3600,
      improvementThreshold: 0.1,
      mode: 'auto',
      accept: 'strict',
      openspecPath: join(config.stateDir, 'improvement', 'openspec'),
      paused: false,
    },
    redis: {},
    review: { severities: {}, paths: [] },
    agents: [],
    logLevel: 'info',
  });
});

test('every key of the file arrives, its paths absolute from the file’s folder', async () => {
  await write(`
workflow_orchestrator: { socket_path: run/w.sock, openspec_path: openspec/changes/, lm_studio_url: http://10.0.0.5:1234/v1/, mcp_socket: /run/mcp.sock }
question_routing: { cache_timeout: 60, max_concurrent_questions: 3, max_open_for_people: 2 }
document_updates: { auto_commit: false, backup_before_update: false, mode: auto, branch: specs }
feedback_loop: { analysis_interval: 30, improvement_threshold: 0.2, mode: suggest, accept: accumulate, openspec_path: self/openspec }
lm_studio: { model: qwen, embedding_model: nomic, requests_per_minute: 20, max_concurrent: 2, timeout: 90, start: true }
redis: { url: redis://localhost:6379 }
http: { host: 0.0.0.0, port: 0 }
review: { rules: { vague-outcome: false, missing-why: true }, severities: { ambiguous-quantity: info }, paths: [changes/**] }
log_level: debug
agents:
  - { id: docs, mcp: { command: npx, args: [docs-agent], env: { A: b } }, capabilities: [docs] }
  - { id: remote, mcp: { url: https://example.org/mcp } }
  - { id: local, mcp: { socket: run/agent.sock } }
  - { id: architect, persona: "You know it all", capabilities: [architecture] }
`);
  const config = await load();
  expect(config).toMatchObject({
    configFile: join(project, 'specloop.yaml'),
    socketPath: join(project, 'run/w.sock'),
    mcpSocket: '/run/mcp.sock',
    http: { host: '0.0.0.0', port: 0 },
    lmStudio: {
      baseUrl: 'http://10.0.0.5:1234',
      model: 'qwen',
      embeddingModel: 'nomic',
      requestsPerMinute: 20,
      maxConcurrent: 2,
      timeoutMs: 90_000,
      start: true,
    },
    questionRouting: { cacheTimeoutS: 60, maxConcurrentQuestions: 3, maxOpenForPeople: 2 },
    documentUpdates: { autoCommit: false, backupBeforeUpdate: false, mode: 'auto', branch: 'specs' },
    feedbackLoop: {
      analysisIntervalS: 30,
      improvementThreshold: 0.2,
      mode: 'suggest',
      accept: 'accumulate',
      openspecPath: join(project, 'self/openspec'),
    },
    redis: { url: 'redis://localhost:6379' },
    review: { severities: { 'vague-outcome': 'off', 'ambiguous-quantity': 'info' }, paths: ['changes/**'] },
    logLevel: 'debug',
  });
  expect(config.agents).toEqual([
    {
      id: 'docs',
      kind: 'command',
      command: 'npx',
      args: ['docs-agent'],
      env: { A: 'b' },
      capabilities: ['docs'],
    },
    { id: 'remote', kind: 'url', url: 'https://example.org/mcp', capabilities: [] },
    { id: 'local', kind: 'socket', socket: join(project, 'run/agent.sock'), capabilities: [] },
    { id: 'architect', kind: 'persona', persona: 'You know it all', capabilities: ['architecture'] },
  ]);
});

describe('who wins', () => {
  test('a flag before the environment, that before the file', async () => {
    await write('workflow_orchestrator: { lm_studio_url: http://file:1 }\nhttp: { port: 1 }\n');
    const env = { LM_STUDIO_BASE_URL: 'http://env:2/v1', SPECLOOP_HTTP_PORT: '2' };
    expect((await load()).lmStudio.baseUrl).toBe('http://file:1');
    expect(await load({ env })).toMatchObject({ lmStudio: { baseUrl: 'http://env:2' }, http: { port: 2 } });
    const flagged = await load({ env, argv: { lmStudioUrl: 'http://flag:3' } });
    expect(flagged.lmStudio.baseUrl).toBe('http://flag:3');
  });

  test('an empty variable counts as unset', async () => {
    expect(await load({ env: { SPECLOOP_HTTP_PORT: '', REDIS_URL: '', LOG_LEVEL: '' } })).toMatchObject({
      http: { port: 4100 },
      redis: {},
      logLevel: 'info',
    });
  });
});

describe('the root', () => {
  test('--root names it from anywhere, and its file is the one beside it', async () => {
    await write('http: { port: 4200 }\n');
    const config = await load({ cwd: folder, argv: { root: 'project/openspec' } });
    expect(config).toMatchObject({ root: join(project, 'openspec'), http: { port: 4200 } });
  });

  test('a folder that holds openspec/ is taken for it, and a link for what it points to', async () => {
    await symlink(join(project, 'openspec'), join(folder, 'link'));
    expect((await load({ cwd: folder, argv: { root: 'project' } })).root).toBe(join(project, 'openspec'));
    expect((await load({ cwd: folder, argv: { root: 'link' } })).root).toBe(join(project, 'openspec'));
  });

  test('OPENSPEC_WATCH_PATH and openspec_path name its changes/ folder', async () => {
    const other = join(folder, 'other');
    await mkdir(join(other, 'spec', 'changes'), { recursive: true });
    const env = { OPENSPEC_WATCH_PATH: join(other, 'spec', 'changes/') };
    expect((await load({ env })).root).toBe(join(other, 'spec'));
    await write('workflow_orchestrator: { openspec_path: ../other/spec/changes/ }\n');
    expect((await load()).root).toBe(join(other, 'spec'));
  });

  test('is found from a folder below, with the file beside it', async () => {
    await mkdir(join(project, 'src', 'deep'), { recursive: true });
    await write('http: { port: 4200 }\n');
    expect(await load({ cwd: join(project, 'src', 'deep') })).toMatchObject({
      root: join(project, 'openspec'),
      http: { port: 4200 },
    });
  });

  test.each([
    ['absent', 'nowhere/openspec'],
    ['no folder', 'file'],
    ['without changes/ and specs/', 'empty'],
  ])('%s: the message names it and `openspec init`, exit code 2', async (_what, root) => {
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'empty'));
    await expect(load({ cwd: folder, argv: { root } })).rejects.toMatchObject({
      code: 'no-root',
      exitCode: 2,
      which: join(folder, root),
      next: expect.stringContaining('openspec init'),
    });
  });

  test('without one here or above, the folder that was looked for is named', async () => {
    await expect(load({ cwd: folder })).rejects.toMatchObject({
      which: join(folder, 'openspec'),
      exitCode: 2,
    });
  });
});

test('a command that only reads makes no folder', async () => {
  await load({ makeStateDir: false });
  expect(await readdir(folder)).toEqual(['project']);
});

describe('a mistake in the file', () => {
  async function mistake(text: string) {
    await write(text);
    return load().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  test('in a key: file, line, the allowed ones and the likely one', async () => {
    expect(await mistake('# ours\nquestion_routing:\n  cache_timout: 60\n')).toMatchObject({
      code: 'config-invalid',
      exitCode: 2,
      which: `${join(project, 'specloop.yaml')}:3`,
      why: expect.stringMatching(
        /cache_timout is not a key \(did you mean cache_timeout\?\); allowed here: cache_timeout, /,
      ),
    });
  });

  test('at the top: the allowed sections', async () => {
    expect(await mistake('\nworkflow: {}\n')).toMatchObject({
      which: expect.stringContaining('specloop.yaml:2'),
      why: expect.stringContaining('allowed here: workflow_orchestrator, question_routing'),
    });
  });

  test('in a value: what is allowed', async () => {
    expect(await mistake('document_updates:\n  auto_commit: true\n  mode: ask\n')).toMatchObject({
      which: expect.stringContaining(':3'),
      why: expect.stringContaining('document_updates.mode: expected approve or auto'),
    });
  });

  test('several are all told, by line', async () => {
    const failure = await mistake('http: { port: 99999 }\nlm_studio:\n  max_concurrent: many\n  start: 1\n');
    expect(failure).toMatchObject({ message: 'the configuration has 3 mistakes' });
    expect(failure).toMatchObject({
      why: expect.stringMatching(/yaml:1: http\.port.*\n.*yaml:3: lm_studio\.max_concurrent.*\n.*yaml:4: /),
    });
  });

  test.each([
    [
      'an agent with two ways',
      'agents:\n  - id: a\n    mcp: { command: x, url: http://y }\n',
      ':3',
      'exactly one of command, url, socket',
    ],
    ['an agent with none', 'agents:\n  - id: a\n', ':2', 'exactly one of mcp, persona'],
    [
      'an agent named as one that is always there',
      'agents:\n  - { id: person, persona: x }\n',
      ':2',
      'always there',
    ],
    [
      'two agents of one id',
      'agents:\n  - { id: a, persona: x }\n  - { id: a, persona: y }\n',
      ':1',
      'same id',
    ],
    ['a key twice', 'http: { port: 1 }\nredis: {}\nhttp: { port: 2 }\n', ':3', 'http stands here twice'],
    ['broken YAML', 'http:\n  port: [1\n', ':3', ''],
    ['a list at the top', '- a\n', ':1', 'expected object'],
    ['an alias of nothing', 'http: *none\n', ':1', 'none'],
    [
      'an address without a scheme',
      'workflow_orchestrator: { lm_studio_url: localhost:1234 }\n',
      ':1',
      'http://',
    ],
  ])('%s', async (_what, text, line, why) => {
    expect(await mistake(text)).toMatchObject({
      code: 'config-invalid',
      which: expect.stringContaining(`specloop.yaml${line}`),
      why: expect.stringContaining(why),
    });
  });

  test.each([
    ['deep brackets', '['.repeat(5_000)],
    ['deep braces over many lines', '{a:\n'.repeat(3_000)],
    ['deep dashes', '- '.repeat(5_000)],
    ['deep indentation', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['a large file', `# ${'x'.repeat(70_000)}`],
    [
      'aliases that multiply',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]\n`)
        .join('')}`,
    ],
  ])('a bomb of %s is refused, time after time', async (_what, text) => {
    for (let round = 0; round < 3; round += 1) {
      expect(await mistake(text)).toMatchObject({ code: 'config-invalid', exitCode: 2 });
    }
  });

  test('bytes that are no UTF-8', async () => {
    await writeFile(join(project, 'specloop.yaml'), Buffer.from([0x61, 0x3a, 0xff, 0xfe]));
    await expect(load()).rejects.toMatchObject({ why: expect.stringContaining('not valid UTF-8') });
  });

  test('an empty file, or comments alone, is none', async () => {
    await write('# nothing yet\n');
    expect((await load()).http.port).toBe(4100);
  });
});

describe('a mistake elsewhere', () => {
  test.each([
    ['SPECLOOP_HTTP_PORT', 'eighty'],
    ['SPECLOOP_HTTP_PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
    ['LM_STUDIO_BASE_URL', 'localhost:1234'],
    ['SPECLOOP_PAUSE_IMPROVING', 'maybe'],
  ])('%s=%s: the variable is named, exit code 2', async (name, value) => {
    await expect(load({ env: { [name]: value } })).rejects.toMatchObject({
      code: 'environment-invalid',
      exitCode: 2,
      which: `${name}=${value}`,
    });
  });

  test('a named file that is not there', async () => {
    await expect(load({ argv: { config: 'none.yaml' } })).rejects.toMatchObject({
      code: 'config-missing',
      exitCode: 2,
      which: join(project, 'none.yaml'),
    });
  });

  test('a socket path that the system would cut', async () => {
    const env = { WORKFLOW_ORCHESTRATOR_SOCKET: `/tmp/${'x'.repeat(120)}` };
    await expect(load({ env })).rejects.toMatchObject({ code: 'socket-path-too-long', exitCode: 2 });
  });
});
