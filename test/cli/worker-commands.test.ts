import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startListening, temporaryFolder } from '../http/listening.ts';
import type { MemoryWorkflow } from '../http/memory-workflow.ts';
import { type Built, buildPackage } from './built.ts';
import { ended, runCommand, startCommand } from './command-line.ts';

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** A worker's application on a socket, and the command in front of it. */
async function withWorker(prepare: (workflow: MemoryWorkflow) => void = () => {}) {
  const { workflow, socket, listening } = await startListening();
  prepare(workflow);
  const cwd = await temporaryFolder();
  const options = { cwd, env: { WORKFLOW_ORCHESTRATOR_SOCKET: socket.socketPath } };
  const specloop = (...args: string[]) => runCommand(built.main, args, options);
  return { workflow, specloop, options, listening };
}

describe('reading commands', () => {
  it.each([
    ['status'],
    ['changes'],
    ['questions'],
    ['threads'],
    ['agents'],
    ['updates'],
    ['actors'],
    ['actors', 'change/add-login'],
    ['show', 'u1'],
    ['show', 'q-lockout'],
    ['show', 'add-login'],
    ['history', 'project.md'],
  ])('%s %s prints one JSON document on stdout with --json, and plain text without', async (...args) => {
    const { specloop } = await withWorker();
    const json = await specloop(...args, '--json');
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(Object(JSON.parse(json.stdout))).length).toBeGreaterThan(0);
    const text = await specloop(...args);
    expect(text.code).toBe(0);
    expect(text.stdout).not.toBe('');
    expect(text.stdout).not.toContain('\u001b');
  });

  it('lists changes with the fields of the contract', async () => {
    const { specloop } = await withWorker();
    const { stdout } = await specloop('changes', '--json');
    expect(JSON.parse(stdout).items).toEqual([
      {
        id: 'add-login',
        state: 'settled',
        since: '2026-11-23T10:00:00.000Z',
        rounds: 2,
        findings: { error: 1, warning: 1, info: 0 },
        questions_open: 1,
        updates_pending: 1,
        waiting_for: ['answers', 'approval'],
      },
    ]);
  });

  it('shows no control character of what a document or a model said', async () => {
    const { specloop } = await withWorker((workflow) => {
      const question = workflow.questions.get('q-lockout');
      if (question !== undefined) question.text = 'why\u001b]0;owned\u0007 \u202egnp.exe';
    });
    for (const args of [['questions'], ['show', 'q-lockout']]) {
      const { stdout } = await specloop(...args);
      expect(stdout).toContain('why');
      for (const control of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(control);
    }
  });
});

describe('commands that act', () => {
  it('answer exits 0 when the answer is taken and 1 when another one stands', async () => {
    const { specloop, workflow } = await withWorker();
    expect((await specloop('answer', 'q-lockout', '15 minutes')).code).toBe(0);
    expect(workflow.answers).toMatchObject([{ text: '15 minutes', kind: 'person' }]);
    const second = await specloop('answer', 'q-lockout', 'an hour');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('15 minutes');
  });

  it('approve, reject and undo exit 0 only when the outcome is the one that was asked for', async () => {
    const { specloop, workflow } = await withWorker();
    expect((await specloop('approve', 'u1', '--hunk', '1', '2')).code).toBe(0);
    expect(workflow.updates.get('u1')?.note).toMatch(/hunks 1,2$/);
    const undo = await specloop('undo', 'u1', '--json');
    expect(undo.code).toBe(0);
    expect(JSON.parse(undo.stdout)).toMatchObject({ id: 'undo-u1', reverts: 'u1' });
    expect((await specloop('reject', 'u1', '--why', 'no')).code).toBe(0);
    const update = await workflow.getUpdate('u1');
    if (update === undefined) throw new Error('no sample update');
    workflow.approveUpdate = async () => ({ ...update, state: 'conflicted' });
    const conflicted = await specloop('approve', 'u1');
    expect([conflicted.code, conflicted.stdout]).toEqual([1, expect.stringContaining('conflicted')]);
  });

  it('approve waits while the outcome is not final, and says what it waits for', async () => {
    const { specloop, workflow } = await withWorker();
    const update = workflow.updates.get('u1');
    if (update === undefined) throw new Error('no sample update');
    workflow.approveUpdate = async () => {
      Object.assign(update, { state: 'waitingForRepository', note: 'a merge is in progress' });
      return { ...update };
    };
    workflow.getUpdate = async () => ({ ...update, state: 'applied' });
    const { code, stderr } = await specloop('approve', 'u1');
    expect([code, stderr]).toEqual([0, expect.stringContaining('a merge is in progress')]);
  });

  it('ask --wait prints the answer when it comes', async () => {
    const { options, workflow } = await withWorker();
    const asking = startCommand(
      built.main,
      ['ask', 'Why?', '--context', 'file=a=b', '--wait', '60'],
      options,
    );
    const result = ended(asking);
    await expect.poll(() => workflow.questions.has('q1'), { timeout: 30_000 }).toBe(true);
    await workflow.answerQuestion('q1', { text: 'Because.', by: 'Ada', kind: 'person' });
    expect(await result).toMatchObject({ code: 0, stdout: 'Because.\n' });
    expect(workflow.asked).toMatchObject([{ question: 'Why?', context: { file: 'a=b' } }]);
  });

  it('Ctrl-C ends a command that waits with 130', async () => {
    const { options, workflow } = await withWorker();
    const asking = startCommand(built.main, ['ask', 'Why?', '--wait', '60'], options);
    const result = ended(asking);
    await expect.poll(() => workflow.questions.has('q1'), { timeout: 30_000 }).toBe(true);
    asking.kill('SIGINT');
    expect((await result).code).toBe(130);
  });

  it('cancel withdraws a question, or stops the work on a change', async () => {
    const { specloop, workflow } = await withWorker();
    expect((await specloop('cancel', 'q-lockout', '--why', 'moot')).code).toBe(0);
    expect(workflow.questions.get('q-lockout')).toMatchObject({
      state: 'cancelled',
      no_answer_reason: 'moot',
    });
    expect((await specloop('cancel', 'add-login')).code).toBe(0);
    expect((await specloop('cancel', 'nothing')).code).toBe(1);
  });

  it('pause and resume stop and allow the use of models', async () => {
    const { specloop, workflow } = await withWorker();
    await specloop('pause');
    expect(workflow.paused).toBe(true);
    await specloop('resume');
    expect(workflow.paused).toBe(false);
  });

  it('open prints a link that signs a browser in', async () => {
    const { specloop, listening } = await withWorker();
    const { stdout, code } = await specloop('open');
    expect(code).toBe(0);
    expect(stdout).toContain(`${listening.url}/signin?code=`);
    expect((await fetch(stdout.trim())).headers.get('set-cookie')).toContain('HttpOnly');
  });
});

describe('what goes wrong', () => {
  it('says which socket, and how to start a worker, when none runs: exit 3', async () => {
    const cwd = await temporaryFolder();
    const socket = `${cwd}/none.sock`;
    const env = { WORKFLOW_ORCHESTRATOR_SOCKET: socket };
    const { code, stderr, stdout } = await runCommand(built.main, ['status'], { cwd, env });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(socket);
    expect(stderr).toContain('specloop start --root');
    expect(stderr).not.toContain('    at ');
  });

  it('exits 1 for an id that names nothing and 2 for a mistake in the command', async () => {
    const { specloop } = await withWorker();
    expect((await specloop('show', 'nothing')).code).toBe(1);
    expect((await specloop('approve', 'u1', '--hunk', 'zero')).code).toBe(2);
    expect((await specloop('reject', 'u1')).code).toBe(2);
    expect((await specloop('chnages')).stderr).toContain('Did you mean changes?');
    expect((await specloop('chnages')).code).toBe(2);
    expect((await specloop()).code).toBe(2);
    expect((await specloop('reject', 'u1', '--why', 'no', '--hunk', '1')).code).toBe(2);
  });

  it('prints help and version on stdout and exits 0', async () => {
    const { specloop } = await withWorker();
    for (const args of [['--help'], ['review', '--help'], ['--version'], ['help', 'ask']]) {
      const { code, stdout, stderr } = await specloop(...args);
      expect([args, code, stderr]).toEqual([args, 0, '']);
      expect(stdout).not.toBe('');
    }
  });

  it('shows a stack with --verbose only', async () => {
    const cwd = await temporaryFolder();
    const env = { WORKFLOW_ORCHESTRATOR_SOCKET: `${cwd}/none.sock` };
    const { stderr } = await runCommand(built.main, ['status', '--verbose'], { cwd, env });
    expect(stderr).toContain('    at ');
  });

  it('says so when another program answers on the socket', async () => {
    const cwd = await temporaryFolder();
    const socket = `${cwd}/other.sock`;
    const other = createServer((_request, response) => void response.end('hello')).listen(socket);
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const env = { WORKFLOW_ORCHESTRATOR_SOCKET: socket };
    const { code, stderr } = await runCommand(built.main, ['status'], { cwd, env });
    expect([code, stderr]).toEqual([1, expect.stringContaining('not JSON')]);
  });
});
