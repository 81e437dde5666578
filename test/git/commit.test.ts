import { chmod, link, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callerFor } from '../../src/git/caller.ts';
import { type CommitOptions, commitEdit, settleJournal } from '../../src/git/index.ts';
import { readIndexFile } from '../../src/git/index-file.ts';
import { publish } from '../../src/git/publish.ts';
import { moveBranch } from '../../src/git/refs.ts';
import { bytesOf, Desk, DOC, edit, editOptions, lines, open, put, run, snapshot, stands } from './support.ts';

let desk: Desk;
let top: string;
beforeEach(async () => {
  desk = await Desk.make();
  top = await desk.repository();
});
afterEach(() => desk.remove());

/** The edit of line 5, written to disk and ready to be committed. */
async function written(options: Partial<CommitOptions> = {}): Promise<CommitOptions> {
  const before = await bytesOf(join(top, DOC));
  await put(top, DOC, lines({ 5: 'edited' }));
  return editOptions(desk, before, { after: lines({ 5: 'edited' }), options });
}

async function countCommits(): Promise<number> {
  return Number(await desk.git(top, 'rev-list', '--count', 'main'));
}

test('a commit carries the edit, the message and the trailers in their order, and nothing else', async () => {
  const result = await edit(desk, top, {
    after: lines({ 5: 'edited' }),
    options: {
      trailers: { 'Specloop-Update': 'u-1', 'Specloop-Change': 'c', 'Specloop-Answered-By': 'Ada\nX: y' },
    },
  });
  expect(result).toMatchObject({ kind: 'committed', branch: 'main' });
  expect(await desk.git(top, 'log', '-1', '--format=%B')).toBe(
    'Answer an open question\n\nSpecloop-Update: u-1\nSpecloop-Change: c\nSpecloop-Answered-By: Ada X: y\n\n',
  );
  expect(await desk.git(top, 'show', '--name-status', '--format=%an <%ae> %cn', 'HEAD')).toBe(
    `Ada Example <ada@example.org> Ada Example\n\nM\t${DOC}\n`,
  );
  expect(await desk.git(top, 'reflog', '-1', '--format=%gs')).toBe('commit: Answer an open question\n');
});

describe('one effect makes one commit', () => {
  test('when it is asked for again', async () => {
    const repo = await open(top);
    const options = await written();
    const first = await commitEdit(repo, options);
    expect(first.kind).toBe('committed');
    expect(await commitEdit(repo, options)).toEqual(first);
    expect(await countCommits()).toBe(2);
  });

  test('when the journal is lost and later commits stand on it', async () => {
    const repo = await open(top);
    const options = await written();
    const first = await commitEdit(repo, options);
    await rm(desk.journalDir, { recursive: true });
    await desk.git(top, 'commit', '-q', '--allow-empty', '-m', 'Later');
    expect(await commitEdit(repo, options)).toEqual(first);
    expect(await countCommits()).toBe(3);
  });

  test('and another file of the same update gets a commit of its own', async () => {
    const repo = await open(top);
    const first = await written();
    await commitEdit(repo, first);
    const before = await bytesOf(join(top, 'other.txt'));
    await put(top, 'other.txt', 'changed\n');
    const { trailers } = first;
    const second = editOptions(desk, before, {
      path: 'other.txt',
      after: 'changed\n',
      options: { trailers },
    });
    expect((await commitEdit(repo, second)).kind).toBe('committed');
    expect(await countCommits()).toBe(3);
  });

  test('when twenty ask at once', async () => {
    const repo = await open(top);
    const options = await written();
    const results = await Promise.all(Array.from({ length: 20 }, () => commitEdit(repo, options)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await countCommits()).toBe(2);
  });
});

describe('after the edit was written', () => {
  test('a save of the person over it stays an unstaged change beside our commit', async () => {
    const options = await written();
    await put(top, DOC, lines({ 5: 'edited', 6: 'mine' }));
    expect((await commitEdit(await open(top), options)).kind).toBe('committed');
    expect(await desk.git(top, 'show', `HEAD:${DOC}`)).toBe(lines({ 5: 'edited' }));
    const { staged, status, unstaged } = await snapshot(desk, top);
    expect({ staged, changed: unstaged.split('\n').filter((line) => /^[+-](?!\+\+|--)/.test(line)) }).toEqual(
      {
        staged: '',
        changed: ['-line 6', '+mine'],
      },
    );
    expect(status).toMatch(/^1 \.M /);
  });

  test('a file that was put back is not committed again', async () => {
    const options = await written();
    await put(top, DOC, lines());
    expect(await commitEdit(await open(top), options)).toMatchObject({
      kind: 'conflicted',
      why: expect.stringMatching(/put back/),
    });
    expect(await countCommits()).toBe(1);
  });

  test('a file that was removed is not committed', async () => {
    const options = await written();
    await rm(join(top, DOC));
    expect(await commitEdit(await open(top), options)).toMatchObject({ kind: 'conflicted' });
    expect(await countCommits()).toBe(1);
  });

  test('a commit of the person that took it in is not repeated', async () => {
    const options = await written();
    await desk.git(top, 'commit', '-q', '-am', 'All of it');
    expect(await commitEdit(await open(top), options)).toEqual({
      kind: 'uncommitted',
      why: expect.stringMatching(/has this text already/),
    });
    expect(await countCommits()).toBe(2);
  });

  test('a commit of the person to another line of it is built upon', async () => {
    await put(top, DOC, lines({ 15: 'mine' }));
    const before = await bytesOf(join(top, DOC));
    await desk.git(top, 'commit', '-q', '-am', 'Mine');
    await put(top, DOC, lines({ 5: 'edited', 15: 'mine' }));
    const options = editOptions(desk, before, { after: lines({ 5: 'edited', 15: 'mine' }) });
    expect((await commitEdit(await open(top), options)).kind).toBe('committed');
    expect((await snapshot(desk, top)).status).toBe('');
  });

  test.for(['.git/index.lock', '.git/refs/heads/main.lock', '.git/HEAD.lock'])(
    'the commit waits for %s of another process and leaves it alone',
    async (lock) => {
      const options = await written();
      await put(top, lock, 'theirs');
      const index = await bytesOf(join(top, '.git/index'));
      expect(await commitEdit(await open(top), options)).toEqual({
        kind: 'waiting',
        why: expect.any(String),
      });
      expect(await readFile(join(top, lock), 'utf8')).toBe('theirs');
      expect(await bytesOf(join(top, '.git/index'))).toEqual(index);
      expect(await readdir(desk.journalDir)).toEqual([]);
      await rm(join(top, lock));
      expect((await commitEdit(await open(top), options)).kind).toBe('committed');
      expect(await snapshot(desk, top)).toMatchObject({ status: '', lock: false, spares: [] });
    },
  );

  test('an aborted commit leaves nothing behind', async () => {
    const options = await written({ signal: AbortSignal.abort(new Error('stopped')) });
    await expect(commitEdit(await open(top), options)).rejects.toThrow('stopped');
    expect(await snapshot(desk, top)).toMatchObject({ lock: false, spares: [] });
    expect(await countCommits()).toBe(1);
  });
});

describe('a process that was killed', () => {
  /** Makes of a finished commit the state on disk of one that was killed after the lock was filled. */
  async function killed(at: 'before the branch moved' | 'after the branch moved') {
    const options = await written();
    const git = join(top, '.git');
    const old = await readFile(join(git, 'index'));
    const { atime, mtimeMs } = await stat(join(git, 'index'));
    const head = (await desk.git(top, 'rev-parse', 'HEAD')).trim();
    const result = await commitEdit(await open(top), options);
    if (result.kind !== 'committed') throw new Error(result.kind);
    const [name = ''] = (await readdir(desk.journalDir)).filter((file) => file.endsWith('.json'));
    const record = JSON.parse(await readFile(join(desk.journalDir, name), 'utf8'));
    await writeFile(record.lock.spare, await readFile(join(git, 'index')));
    await link(record.lock.spare, join(git, 'index.lock'));
    await writeFile(join(git, 'index'), old);
    await utimes(join(git, 'index'), atime, Math.floor(mtimeMs) / 1000);
    const { ino, dev } = await stat(record.lock.spare, { bigint: true });
    record.lock = { ...record.lock, ino: String(ino), dev: String(dev) };
    await writeFile(join(desk.journalDir, name), JSON.stringify({ ...record, phase: 'begun' }));
    await mkdir(join(desk.journalDir, 'scratch-left'), { recursive: true });
    if (at === 'before the branch moved') await desk.git(top, 'update-ref', 'refs/heads/main', head);
    return { options, result };
  }

  test('after the branch moved: the index is made up for and the commit answered', async () => {
    const { options, result } = await killed('after the branch moved');
    expect((await snapshot(desk, top)).status).toMatch(/^1 MM /);
    const repo = await open(top);
    const { effectId } = options;
    expect(await settleJournal(repo, desk.journalDir)).toEqual([
      { effectId, commit: result.commit, outcome: 'committed' },
    ]);
    expect(await snapshot(desk, top)).toMatchObject({ status: '', lock: false, spares: [] });
    expect(await stands(join(desk.journalDir, 'scratch-left'))).toBe(false);
    expect(await commitEdit(repo, options)).toEqual(result);
    expect(await settleJournal(repo, desk.journalDir)).toEqual([]);
  });

  test('before the branch moved: the lock goes and the commit is made', async () => {
    const { options } = await killed('before the branch moved');
    const repo = await open(top);
    const [settled] = await settleJournal(repo, desk.journalDir);
    expect(settled?.outcome).toBe('not committed');
    expect(await snapshot(desk, top)).toMatchObject({ lock: false, spares: [], staged: '' });
    expect((await commitEdit(repo, options)).kind).toBe('committed');
    expect(await countCommits()).toBe(2);
  });

  test('leaves a lock that is not its own to its owner', async () => {
    await killed('after the branch moved');
    const lock = join(top, '.git', 'index.lock');
    await rm(lock);
    await writeFile(lock, 'theirs');
    await settleJournal(await open(top), desk.journalDir);
    expect(await readFile(lock, 'utf8')).toBe('theirs');
  });

  test('is settled by the next attempt of the same effect too', async () => {
    const { options, result } = await killed('after the branch moved');
    expect(await commitEdit(await open(top), options)).toEqual(result);
    expect(await snapshot(desk, top)).toMatchObject({ status: '', lock: false, spares: [] });
  });
});

test('twenty commits of a person and twenty of ours at the same time lose nothing of either', async () => {
  const repo = await open(top);
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const ours = async () => {
    for (const n of numbers) {
      const before = await bytesOf(join(top, DOC));
      const after = Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(`answer ${n}\n`)]);
      await put(top, DOC, after);
      const options = editOptions(desk, before, { after });
      let result = await commitEdit(repo, options);
      while (result.kind === 'waiting') result = await commitEdit(repo, options);
      expect(result.kind).toBe('committed');
    }
  };
  const persons = async () => {
    for (const n of numbers) {
      await put(top, `person-${n}.txt`, `${n}\n`);
      while ((await desk.tryGit(top, 'add', `person-${n}.txt`)).code !== 0);
      while ((await desk.tryGit(top, 'commit', '-q', '-m', `Person ${n}`)).code !== 0);
    }
  };
  await Promise.all([ours(), persons()]);
  expect(await countCommits()).toBe(41);
  expect(await desk.git(top, 'show', `HEAD:${DOC}`)).toBe(
    lines() + numbers.map((n) => `answer ${n}\n`).join(''),
  );
  const files = (await desk.git(top, 'ls-tree', '--name-only', 'HEAD')).split('\n');
  expect(files.filter((name) => name.startsWith('person-'))).toHaveLength(20);
  expect(await snapshot(desk, top)).toMatchObject({ status: '', lock: false, spares: [] });
  const strays = await desk.git(top, 'log', '--format=%s', '--', DOC);
  expect(
    strays
      .trim()
      .split('\n')
      .filter((subject) => subject.startsWith('Person')),
  ).toEqual([]);
});

test('a pipe where attributes are read is refused before git would wait for its writer', async () => {
  await run('mkfifo', [join(top, 'openspec', '.gitattributes')], { cwd: top, env: process.env });
  const index = await bytesOf(join(top, '.git', 'index'));
  expect(await edit(desk, top, { after: lines({ 5: 'edited' }) })).toEqual({
    kind: 'uncommitted',
    why: expect.stringMatching(/gitattributes is no plain file/),
  });
  expect(await bytesOf(join(top, '.git', 'index'))).toEqual(index);
  expect(await countCommits()).toBe(1);
});

test("a person's change that only the index's age gives away stays visible", async () => {
  await desk.git(top, 'config', 'core.trustctime', 'false');
  const other = join(top, 'other.txt');
  const at = new Date('2026-01-01T00:00:00Z');
  await utimes(other, at, at);
  await desk.git(top, 'update-index', '--refresh');
  await put(top, 'other.txt', 'ONE\ntwo\nthree\n');
  await utimes(other, at, at);
  await utimes(join(top, '.git', 'index'), at, at);
  const dirty = '1 .M ';
  expect((await snapshot(desk, top)).status).toContain(dirty);
  expect((await edit(desk, top, { after: lines({ 5: 'edited' }) })).kind).toBe('committed');
  expect((await snapshot(desk, top)).status).toContain(dirty);
});

test('work that was staged after the look is not overwritten by the index of the look', async () => {
  const repo = await open(top);
  const git = await callerFor(repo);
  const snapshotOfIndex = await readIndexFile(repo.gitDir);
  if (snapshotOfIndex === undefined) throw new Error('no index');
  const copy = join(desk.folder, 'copy');
  await writeFile(copy, snapshotOfIndex.bytes);
  await mkdir(desk.journalDir);
  await put(top, 'other.txt', 'staged\n');
  await desk.git(top, 'add', 'other.txt');
  const before = await snapshot(desk, top);
  const head = before.head.trim();
  const tree = (await desk.git(top, 'rev-parse', 'HEAD^{tree}')).trim();
  const commit = (await desk.git(top, 'commit-tree', '-p', head, '-m', 'Ours', tree)).trim();
  const result = await publish(git, {
    ground: { ref: 'refs/heads/main', branch: 'main', head, tree },
    commit,
    snapshot: snapshotOfIndex,
    copy,
    reason: 'ours',
    journalDir: desk.journalDir,
    effectId: 'late',
  });
  expect(result).toEqual({ kind: 'again', why: expect.stringMatching(/index/) });
  expect(await snapshot(desk, top)).toEqual(before);
  expect(await readdir(desk.journalDir)).toEqual([]);
});

test('the index claims to be no younger than the file that it says is clean', async () => {
  const options = await written();
  const at = new Date('2026-01-01T00:00:00Z');
  await utimes(join(top, DOC), at, at);
  expect((await commitEdit(await open(top), options)).kind).toBe('committed');
  // The same size in the same second: only the age of the index gives it away.
  await desk.git(top, 'config', 'core.trustctime', 'false');
  await put(top, DOC, lines({ 5: 'EDITED' }));
  await utimes(join(top, DOC), at, at);
  expect((await snapshot(desk, top)).status).toContain('1 .M ');
});

test('a branch is not moved when HEAD has left it for another at the same commit', async () => {
  const git = await callerFor(await open(top));
  const head = (await desk.git(top, 'rev-parse', 'HEAD')).trim();
  const tree = (await desk.git(top, 'rev-parse', 'HEAD^{tree}')).trim();
  const commit = (await desk.git(top, 'commit-tree', '-p', head, '-m', 'Ours', tree)).trim();
  const ground = { ref: 'refs/heads/main', branch: 'main', head, tree };
  await desk.git(top, 'switch', '-q', '-c', 'other');
  const before = await snapshot(desk, top);
  expect(await moveBranch(git, { ground, commit, reason: 'ours' })).toBe(false);
  expect(await snapshot(desk, top)).toEqual(before);
  await desk.git(top, 'switch', '-q', 'main');
  expect(await moveBranch(git, { ground, commit, reason: 'ours' })).toBe(true);
  const late = (await desk.git(top, 'commit-tree', '-p', head, '-m', 'Late', tree)).trim();
  expect(await moveBranch(git, { ground, commit: late, reason: 'late' })).toBe(false);
  expect((await desk.git(top, 'rev-parse', 'main')).trim()).toBe(commit);
});

test('the index keeps the mode that its owner gave it', async () => {
  await chmod(join(top, '.git', 'index'), 0o664);
  await edit(desk, top, { after: lines({ 5: 'edited' }) });
  expect((await stat(join(top, '.git', 'index'))).mode & 0o777).toBe(0o664);
});

test.for(['../outside.md', 'openspec/../../x', '.git/config', 'openspec/.GIT/x', '/etc/passwd', 'a//b', ''])(
  'a path that leads out of the work tree is refused: %j',
  async (path) => {
    const options = editOptions(desk, Buffer.from('a'), { path, after: 'b' });
    expect(await commitEdit(await open(top), options)).toMatchObject({ kind: 'uncommitted' });
  },
);
