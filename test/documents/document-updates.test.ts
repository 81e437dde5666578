import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ActorRuntime } from '../../src/actors/index.ts';
import { DocumentManager, documentEffects, openDocumentStore, openSink } from '../../src/documents/index.ts';
import { documentUpdateMachine } from '../../src/machines/index.ts';
import { validateChange } from '../../src/openspec/index.ts';
import { queuePolicies } from '../../src/queues/index.ts';
import type { Edit, Update } from '../../src/types/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

const run = promisify(execFile);
const design = 'changes/add-export/design.md';
const files = {
  'specs/orders/spec.md':
    '# Orders\n\n## Purpose\nKeeps the orders of the shop, from the cart to the parcel, for customers and staff.\n\n## Requirements\n### Requirement: List\nThe system SHALL list orders.\n\n#### Scenario: Some\n- **WHEN** a customer asks\n- **THEN** their orders are listed\n',
  'changes/add-export/proposal.md':
    '## Why\nCustomers ask for their orders as a file, and support makes it by hand, which takes an hour a week.\n\n## What Changes\n- Export\n\n## Impact\n- orders\n',
  [design]: '# Design\r\n\r\n## Open Questions\r\n\r\n- Which format?\r\n- Who may export?\r\n',
  'changes/add-export/specs/orders/spec.md':
    '## ADDED Requirements\n### Requirement: Export\nThe system SHALL export orders.\n\n#### Scenario: One\n- **WHEN** a customer exports\n- **THEN** a file is made\n',
};

let redis: TestRedis;
let folder: string;
let root: string;
let bench: Awaited<ReturnType<typeof open>>;
let quiet = true;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  quiet = true;
  folder = await mkdtemp(join(tmpdir(), 'specloop-updates-'));
  root = join(folder, 'repo', 'openspec');
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), text);
  }
  await git('init', '-q', '-b', 'main');
  await git('config', 'user.name', 'Ada');
  await git('config', 'user.email', 'ada@example.org');
  await git('add', '.');
  await git('commit', '-q', '-m', 'start');
  bench = await open('approve');
});
afterEach(async () => {
  await bench.close();
  await redis.flush();
  await rm(folder, { recursive: true, force: true });
});

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: join(folder, 'repo') });
  return stdout.trim();
}

interface Settings {
  plainBackups?: boolean;
  branch?: string;
  /** is told of each step of a write */
  onStep?: (name: string) => void;
}

/** The real runtime on a real Redis, a real repository, and nothing in between. */
async function open(mode: 'approve' | 'auto', settings: Settings = {}) {
  const { plainBackups = true, branch = 'current', onStep = () => {} } = settings;
  const stateDir = join(folder, 'state');
  const store = await openDocumentStore(stateDir);
  let runtime: ActorRuntime | undefined;
  const live = (effectId: string) => runtime?.fenceLive(effectId) ?? Promise.resolve(false);
  const sink = await openSink({
    root,
    stateDir,
    resolveBlob: (hash) => store.getBlob(hash),
    fenceLive: live,
    onStep,
  });
  const actors = new ActorRuntime({
    connect: (kind) => redis.connect({ blocking: kind === 'blocking' }),
    namespace: 'updates',
    queues: queuePolicies({
      lmStudioConcurrency: 1,
      lmStudioRequestsPerMinute: undefined,
      questionsAtOnce: 1,
    }),
    roles: ['documents', 'timers'],
    machines: [
      {
        machine: documentUpdateMachine,
        effects: {
          ...documentEffects({
            root,
            stateDir,
            store,
            sink,
            autoCommit: true,
            plainBackups,
            branch,
            quiet: () => quiet,
            actors: {
              start: (...args) => actors.start(...args),
              send: (...args) => actors.send(...args),
              get: (...args) => actors.get(...args),
              snapshot: (...args) => actors.snapshot(...args),
              list: (...args) => actors.list(...args),
              waitFor: (...args) => actors.waitFor(...args),
            },
          }),
        },
      },
    ],
  });
  runtime = actors;
  await actors.open();
  const manager = new DocumentManager({ root, store, actors, mode });
  return {
    manager,
    actors,
    sink,
    store,
    close: async () => {
      await actors.close();
      await sink.close();
      await store.close();
    },
  };
}

/** Waits until the update rests, and shows it. */
async function rest(id: string): Promise<Update> {
  const resting = ['awaitingApproval', 'waitingForRepository'];
  await bench.actors.waitFor(
    `update/${id}`,
    ({ state, status }) => status !== 'active' || resting.includes(state),
    {
      timeoutMs: 30_000,
    },
  );
  const update = await bench.manager.get(id);
  if (update === undefined) throw new Error(`no update ${id}`);
  return update;
}

function answering(question: string, answer: string) {
  const edit: Edit = { op: 'answer-question', file: design, question, answer, source: 'Ada, 2026-11-23' };
  return {
    path: design,
    edits: [edit],
    kind: 'answer',
    reason: `answers "${question}"`,
    authorKind: 'person' as const,
    provenance: { author: 'Ada', question: `q-${question}`, answeredBy: 'Ada' },
    change: 'add-export',
  };
}

const replacing = (find: string, replace: string, file = 'changes/add-export/proposal.md') => ({
  path: file,
  edits: [{ op: 'replace-text' as const, file, find, replace }],
  kind: 'improve',
  reason: 'clearer',
  provenance: { author: 'specloop', model: 'm' },
});

const text = (file: string) => readFile(join(root, file), 'utf8');
const backupOf = (update: string, file: string) => join(folder, 'state', 'backups', update, file);

/** The same place with other settings. */
async function reopen(settings: Settings): Promise<void> {
  await bench.close();
  bench = await open('approve', settings);
}

describe('an update', () => {
  it('writes a person’s answer at once, as one commit with trailers that touches nothing else', async () => {
    await writeFile(join(root, 'changes/add-export/proposal.md'), 'staged by the person\n');
    await git('add', '.');
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    const update = await rest(id);
    expect(update).toMatchObject({
      state: 'applied',
      change: 'add-export',
      commit: await git('rev-parse', 'HEAD'),
    });
    expect(update.hunks).toEqual([
      { line: 6, before: [], after: ['  - **Answer** (Ada, 2026-11-23): CSV.\r'] },
    ]);
    expect(await text(design)).toBe(
      files[design].replace('format?\r\n', 'format?\r\n  - **Answer** (Ada, 2026-11-23): CSV.\r\n'),
    );
    expect(await git('log', '-1', '--format=%(trailers)')).toBe(
      [
        `Specloop-Update: ${id}`,
        'Specloop-Change: add-export',
        'Specloop-Question: q-Which format?',
        'Specloop-Answered-By: Ada',
      ].join('\n'),
    );
    expect(await git('status', '--porcelain')).toBe('M  openspec/changes/add-export/proposal.md');
    expect(await git('show', '--stat', '--format=', 'HEAD')).toContain('1 file changed, 1 insertion(+)');
    const issues = await validateChange(root, join(root, 'changes/add-export'));
    expect(issues.filter(({ level }) => level === 'ERROR')).toEqual([]);
  });

  it('is one update, however often the same edit is proposed', async () => {
    const ids = [1, 2, 3].map(() => bench.manager.propose(answering('Which format?', 'CSV.')));
    expect(new Set(await Promise.all(ids)).size).toBe(1);
    await rest(await bench.manager.propose(answering('Which format?', 'CSV.')));
    expect((await bench.manager.list()).items).toHaveLength(1);
    expect(await git('rev-list', '--count', 'HEAD')).toBe('2');
  });

  it('undone gives back the exact bytes, and the undo undone the edit', async () => {
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    await rest(id);
    const edited = await text(design);
    const undo = await bench.manager.undo(id, 'Ada');
    expect(await rest(undo)).toMatchObject({ state: 'applied', reverts: id, kind: 'undo' });
    expect(await text(design)).toBe(files[design]);
    expect(await bench.manager.get(id)).toMatchObject({ state: 'applied', undone_by: undo });
    expect(await git('log', '-1', '--format=%(trailers:key=Specloop-Reverts,valueonly)')).toBe(id);
    await expect(bench.manager.undo(id, 'Ada')).rejects.toThrow('undone already');
    await rest(await bench.manager.undo(undo, 'Ada'));
    expect(await text(design)).toBe(edited);
    expect((await bench.manager.get(id))?.undone_by).toBeUndefined();
    expect((await bench.manager.getChangeHistory(design)).map(({ author }) => author)).toEqual([
      'Ada',
      'Ada',
      'Ada',
    ]);
  });

  it('undone beside a person’s own lines leaves those, and among them gives up', async () => {
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    await rest(id);
    await writeFile(join(root, design), (await text(design)).replace('# Design', '# The design'));
    await rest(await bench.manager.undo(id, 'Ada'));
    expect(await text(design)).toBe(files[design].replace('# Design', '# The design'));

    const second = await bench.manager.propose(answering('Who may export?', 'Owners.'));
    await rest(second);
    const theirs = (await text(design)).replace('Owners.', 'Owners and staff.');
    await writeFile(join(root, design), theirs);
    expect(await rest(await bench.manager.undo(second, 'Ada'))).toMatchObject({ state: 'conflicted' });
    expect(await text(design)).toBe(theirs);
  });

  it('that was undone is not written again for another reason, unless a person asks for it', async () => {
    const first = await bench.manager.propose({
      ...replacing('- Export', '- Export of orders'),
      needsApproval: false,
    });
    expect(await rest(first)).toMatchObject({ state: 'applied' });
    await rest(await bench.manager.undo(first, 'Ada'));
    const again = { ...replacing('- Export', '- Export of orders'), needsApproval: false };
    const other = await bench.manager.propose({
      ...again,
      provenance: { ...again.provenance, question: 'q-2' },
    });
    expect(await rest(other)).toMatchObject({ state: 'rejected', note: expect.stringContaining('undone') });
    const asked = await bench.manager.propose({
      ...again,
      authorKind: 'person',
      provenance: { author: 'Ada' },
    });
    expect(await rest(asked)).toMatchObject({ state: 'applied' });
  });

  it('by one who only calls itself a person waits for one', async () => {
    const { authorKind: _, ...unsaid } = answering('Which format?', 'CSV.');
    const provenance = { author: 'person:ada' };
    const claimed = await bench.manager.propose({ ...unsaid, provenance });
    expect(await rest(claimed)).toMatchObject({ state: 'awaitingApproval' });
    const agent = { ...answering('Who may export?', 'All.'), authorKind: 'agent' as const, provenance };
    expect(await rest(await bench.manager.propose(agent))).toMatchObject({ state: 'awaitingApproval' });
    expect(await text(design)).toBe(files[design]);
  });

  it('of a model waits for a person, who may take some hunks and leave others', async () => {
    const id = await bench.manager.propose({
      ...replacing('- Export', '- Export of orders'),
      edits: [
        ...replacing('- Export', '- Export of orders').edits,
        {
          op: 'replace-text',
          file: 'changes/add-export/proposal.md',
          find: '- orders',
          replace: '- orders, support',
        },
      ],
    });
    const update = await rest(id);
    expect(update.state).toBe('awaitingApproval');
    expect(update.hunks).toHaveLength(2);
    // The file moves on meanwhile: what was approved is merged into it.
    const moved = (await text('changes/add-export/proposal.md')).replace('## Why\n', '# Title\n\n## Why\n');
    await writeFile(join(root, 'changes/add-export/proposal.md'), moved);
    await bench.manager.approve(id, { by: 'Ada', hunks: [1] });
    await rest(id);
    expect(await text('changes/add-export/proposal.md')).toBe(moved.replace('- orders', '- orders, support'));
    await expect(bench.manager.approve(id, { by: 'Ada' })).rejects.toThrow('waits for no approval');
  });

  it('that a person rejected is known when it comes again', async () => {
    const id = await bench.manager.propose(replacing('- Export', '- Export of orders'));
    await rest(id);
    await bench.manager.reject(id, 'no');
    expect(await rest(id)).toMatchObject({ state: 'rejected', note: 'no' });
    const { provenance, ...same } = replacing('- Export', '- Export of orders');
    const again = await bench.manager.propose({
      ...same,
      provenance: { ...provenance, finding: 'f', question: 'q' },
    });
    expect(await rest(again)).toMatchObject({
      state: 'rejected',
      note: expect.stringContaining('rejected before'),
    });
  });

  it('that breaks OpenSpec’s validation is refused on the copy, naming what it would break', async () => {
    const file = 'changes/add-export/specs/orders/spec.md';
    const id = await bench.manager.propose({
      ...replacing('#### Scenario: One', '**One**', file),
      authorKind: 'person',
    });
    expect(await rest(id)).toMatchObject({ state: 'rejected', note: expect.stringContaining('validation') });
    expect(await text(file)).toBe(files[file]);
    const verdict = await bench.manager.verifyDraft('add-export', [
      { op: 'replace-text', file, find: '#### Scenario: One', replace: '**One**' },
    ]);
    expect(verdict).toMatchObject({ ok: false, why: expect.stringContaining(file) });
  });

  it('waits while somebody else saves the change, while OpenSpec archives, and while a merge is under way', async () => {
    quiet = false;
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: expect.stringContaining('saved'),
    });
    await writeFile(join(folder, 'repo', '.git', 'MERGE_HEAD'), `${await git('rev-parse', 'HEAD')}\n`);
    quiet = true;
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: expect.stringContaining('merge'),
    });
    expect(await text(design)).toBe(files[design]);
    await rm(join(folder, 'repo', '.git', 'MERGE_HEAD'));
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    expect(await rest(id)).toMatchObject({ state: 'applied' });
  });

  it('of a file that was never committed is written, versioned, and not committed, and says why', async () => {
    await git('rm', '-q', '--cached', `openspec/${design}`);
    await git('commit', '-q', '-m', 'untrack');
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    const update = await rest(id);
    expect(update).toMatchObject({ state: 'applied', note: expect.any(String) });
    expect(update.commit).toBeUndefined();
    await rest(await bench.manager.undo(id, 'Ada'));
    expect(await text(design)).toBe(files[design]);
  });
});

describe('a backup', () => {
  it('of the old bytes lies as a plain file in the state folder, for its owner only', async () => {
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({ state: 'applied' });
    const backup = backupOf(id, design);
    expect(await readFile(backup, 'utf8')).toBe(files[design]);
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
    for (let above = dirname(backup); above !== folder; above = dirname(above))
      expect((await stat(above)).mode & 0o777, above).toBe(0o700);
    expect(await readdir(dirname(backup))).toEqual(['design.md']);
  });

  it('holds what the write replaced, even where the file changed after the first attempt', async () => {
    quiet = false;
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    await rest(id);
    const theirs = files[design].replace('# Design', '# The design');
    await writeFile(join(root, design), theirs);
    quiet = true;
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    expect(await rest(id)).toMatchObject({ state: 'applied' });
    expect(await text(design)).toContain('# The design');
    expect(await readFile(backupOf(id, design), 'utf8')).toBe(theirs);
  });

  it('is not made of a file that did not exist, nor where it is switched off; undo works all the same', async () => {
    await bench.manager.createProposal('Add search', '## Why\nSlow.');
    expect(await text('changes/add-search/proposal.md')).toContain('Slow.');
    await reopen({ plainBackups: false });
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({ state: 'applied' });
    await expect(stat(join(folder, 'state', 'backups'))).rejects.toThrow('ENOENT');
    await rest(await bench.manager.undo(id, 'Ada'));
    expect(await text(design)).toBe(files[design]);
  });
});

describe('a branch that updates are meant for', () => {
  it('is waited for by name, and written and committed to once it is checked out', async () => {
    await git('branch', 'specs/next');
    await reopen({ branch: 'specs/next' });
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: 'updates are written on the branch specs/next only (document_updates.branch); main is checked out',
    });
    expect([await text(design), await git('status', '--porcelain')]).toEqual([files[design], '']);

    await git('switch', '-q', 'specs/next');
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    const update = await rest(id);
    expect(update).toMatchObject({ state: 'applied', commit: await git('rev-parse', 'specs/next') });
    expect(await git('rev-list', '--count', 'main..specs/next')).toBe('1');
    expect(await git('rev-list', '--count', 'specs/next..main')).toBe('0');
  });

  it('is waited for with the commit where somebody switches in the middle of the write', async () => {
    await git('branch', 'other');
    const head = (branch: string) => ['symbolic-ref', 'HEAD', `refs/heads/${branch}`];
    const onStep = (name: string) => {
      if (name === 'renamed') execFileSync('git', head('other'), { cwd: join(folder, 'repo') });
    };
    await reopen({ branch: 'main', onStep });
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: expect.stringMatching(/branch main only.*other is checked out/),
    });
    expect(await text(design)).toContain('CSV.');
    expect(await git('rev-list', '--count', 'other')).toBe('1');

    await git(...head('main'));
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    expect(await rest(id)).toMatchObject({ state: 'applied', commit: await git('rev-parse', 'main') });
    expect(await git('rev-list', '--count', 'main')).toBe('2');
  });

  it('is waited for while HEAD is detached, and where there is no repository', async () => {
    await reopen({ branch: 'main' });
    await git('switch', '-q', '--detach');
    const id = await bench.manager.propose(answering('Which format?', 'CSV.'));
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: expect.stringMatching(/branch main only.*HEAD is detached/),
    });
    await rm(join(folder, 'repo', '.git'), { recursive: true });
    await bench.actors.send(`update/${id}`, { type: 'REPOSITORY.READY' });
    expect(await rest(id)).toMatchObject({
      state: 'waitingForRepository',
      note: expect.stringMatching(/branch main only.*not in a git repository/),
    });
    expect(await text(design)).toBe(files[design]);
  });
});

describe('the document manager', () => {
  it('reads a document with its sections and refuses paths that lead elsewhere', async () => {
    const document = await bench.manager.readOpenspec(join(root, design));
    expect(document).toMatchObject({ path: design, text: files[design] });
    expect(document.sections.map(({ title }) => title)).toEqual(['Design', 'Open Questions']);
    await expect(bench.manager.readOpenspec('../../etc/passwd')).rejects.toThrow('path');
    await expect(bench.manager.readOpenspec('changes/nothing.md')).rejects.toThrow('no such document');
  });

  it('says of an update of sections whether it stands: not while it waits, yes where the mode lets it through', async () => {
    const updates = { 'What Changes': '- Export as CSV' };
    expect(await bench.manager.updateOpenspec('changes/add-export/proposal.md', updates)).toBe(false);
    await bench.close();
    bench = await open('auto');
    expect(await bench.manager.updateOpenspec('changes/add-export/proposal.md', updates)).toBe(true);
    expect(await text('changes/add-export/proposal.md')).toContain('- Export as CSV\n\n## Impact');
  });

  it('creates a proposal under a name made from its title, once', async () => {
    const change = await bench.manager.createProposal('Add “Fast” Search!', '## Why\nSlow.');
    expect(change).toBe('add-fast-search');
    expect(await text('changes/add-fast-search/proposal.md')).toBe('# Add “Fast” Search!\n\n## Why\nSlow.\n');
    expect(await bench.manager.createProposal('Add “Fast” Search!', '## Why\nSlow.')).toBe(change);
    expect(await bench.manager.createProposal('Add “Fast” Search!', 'Other.')).toBe('add-fast-search-2');
  });

  it('lets an edit of a requirement wait even in auto, and even when the caller says otherwise', async () => {
    await bench.close();
    bench = await open('auto');
    const file = 'changes/add-export/specs/orders/spec.md';
    const edit = replacing('SHALL export orders', 'SHALL export all orders', file);
    expect(await rest(await bench.manager.propose({ ...edit, needsApproval: false }))).toMatchObject({
      state: 'awaitingApproval',
    });
  });

  it('lists newest first, page by page', async () => {
    await rest(await bench.manager.propose(answering('Which format?', 'CSV.')));
    await rest(await bench.manager.propose(answering('Who may export?', 'All.')));
    const first = await bench.manager.list({ limit: 1 });
    expect(first.items[0]?.reason).toContain('Who may export?');
    const second = await bench.manager.list({ limit: 1, cursor: first.next_cursor ?? '' });
    expect(second.items[0]?.reason).toContain('Which format?');
    expect(await bench.manager.list({ state: 'rejected' })).toEqual({ items: [] });
  });
});
