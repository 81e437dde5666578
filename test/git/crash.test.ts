import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commitEdit, settleJournal } from '../../src/git/index.ts';
import { bytesOf, Desk, DOC, editOptions, lines, open, put, run, snapshot } from './support.ts';

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Reads its job, commits, and hands the descriptor 3 to every git it starts. */
const COMMITTER = `
import { readFileSync } from 'node:fs';
import { commitEdit, openRepository } from './out/git/index.js';
const { top, options } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const bytes = (text) => Buffer.from(text, 'base64');
const repo = await openRepository(top);
process.send('ready');
await new Promise((resolve) => process.once('message', resolve));
await commitEdit(repo, { ...options, before: bytes(options.before), after: bytes(options.after), lockFd: 3 });
`;

let desk: Desk;
let program: string;
beforeAll(async () => {
  desk = await Desk.make();
  program = join(desk.folder, 'committer.mjs');
  const config = {
    extends: join(PROJECT, 'tsconfig.build.json'),
    compilerOptions: {
      outDir: join(desk.folder, 'out'),
      rootDir: join(PROJECT, 'src'),
      declaration: false,
      typeRoots: [join(PROJECT, 'node_modules', '@types')],
    },
    include: [],
    files: [join(PROJECT, 'src', 'git', 'index.ts')],
  };
  await writeFile(join(desk.folder, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(desk.folder, 'package.json'), '{"type":"module"}');
  await symlink(join(PROJECT, 'node_modules'), join(desk.folder, 'node_modules'));
  await writeFile(program, COMMITTER);
  const tsc = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  const built = await run(process.execPath, [tsc, '-p', desk.folder], { cwd: desk.folder, env: process.env });
  expect(built).toMatchObject({ code: 0 });
});
afterAll(() => desk.remove());

let top: string;
let round = 0;
beforeEach(async () => {
  round += 1;
  top = await desk.repository(`repo-${round}`);
});

const MOMENTS = [
  ['the new index stands beside the old one', '.git', 'index.specloop-'],
  ['the lock of the index is taken', '.git', 'index.lock'],
  ['HEAD is locked', '.git', 'HEAD.lock'],
  ['the branch is locked', '.git/refs/heads', 'main.lock'],
  ['the branch moves', '.git/refs/heads', 'main'],
  ['the line of the reflog is written', '.git/logs', 'HEAD'],
  ['the index is replaced', '.git', 'index'],
] as const;

test.for(MOMENTS.flatMap((moment) => [moment, moment, moment]))(
  'a process that is killed when %s leaves one commit, after the next start, and no trace',
  async ([, folder, name]) => {
    const before = await bytesOf(join(top, DOC));
    await put(top, 'other.txt', 'one\nstaged\nthree\n');
    await desk.git(top, 'add', 'other.txt');
    await put(top, DOC, lines({ 5: 'edited' }));
    const options = editOptions(desk, before, { after: lines({ 5: 'edited' }) });
    const job = join(desk.folder, `job-${round}.json`);
    const coded = {
      ...options,
      before: before?.toString('base64'),
      after: options.after?.toString('base64'),
    };
    await writeFile(job, JSON.stringify({ top, options: coded }));

    const child = spawn(process.execPath, [program, job], {
      env: process.env,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'],
    });
    await once(child, 'message');
    const exited = once(child, 'exit');
    const held = child.stdio[3];
    if (held === null || held === undefined || !('resume' in held)) throw new Error('no descriptor to hold');
    const released = once(held, 'close');
    held.resume();
    const watcher = watch(join(top, folder), (_, file) => {
      if (file === name || (name.endsWith('-') && file?.startsWith(name) === true)) child.kill('SIGKILL');
    });
    child.send('go');
    await exited;
    watcher.close();
    // What git was still doing for the killed process ends before anybody else may start.
    await released;

    const repo = await open(top);
    await settleJournal(repo, desk.journalDir);
    expect(await commitEdit(repo, options)).toMatchObject({ kind: 'committed', branch: 'main' });
    expect((await desk.git(top, 'rev-list', '--count', 'main')).trim()).toBe('2');
    expect((await desk.git(top, 'show', '--name-only', '--format=', 'HEAD')).trim()).toBe(DOC);
    const now = await snapshot(desk, top);
    expect(now.status).toMatch(/^1 M\. [^\0]* other\.txt\0$/);
    expect(now).toMatchObject({ lock: false, spares: [] });
  },
);
