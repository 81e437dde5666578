import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSink, type Sink } from '../../src/documents/sink/sink.ts';
import { absent } from '../../src/documents/store/blob-store.ts';
import { openDocumentStore } from '../../src/documents/store/document-store.ts';
import { type Compiled, compileSources } from '../support/compiled.ts';

let compiled: Compiled;
let folder: string;
let root: string;
let script: string;
const children = new Set<ChildProcess>();
const opened: { close(): Promise<void> }[] = [];
const path = 'changes/a/design.md';

beforeAll(async () => {
  compiled = await compileSources();
  script = await compiled.script(
    'write-once.js',
    `import { openSink } from './documents/sink/sink.js';
     import { openDocumentStore } from './documents/store/document-store.js';
     const [root, stateDir, request, at, signal] = process.argv.slice(2);
     const store = await openDocumentStore(stateDir);
     const sink = await openSink({
       root, stateDir, resolveBlob: (hash) => store.getBlob(hash), fenceLive: async () => true,
       onStep: (name) => { if (name === at) { console.log('at ' + name); process.kill(process.pid, signal); } },
     });
     console.log('answer ' + (await sink.write(JSON.parse(request))).kind);`,
  );
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'specloop-sink-'));
  root = join(folder, 'openspec');
  await mkdir(join(root, 'changes', 'a'), { recursive: true });
  await writeFile(join(root, path), 'old\n');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await rm(folder, { recursive: true, force: true });
});

async function keep(text: string): Promise<string> {
  const store = await openDocumentStore(join(folder, 'state'));
  const hash = await store.putBlob(Buffer.from(text));
  await store.close();
  return hash;
}

async function sinkHere(options: { dead?: string[]; onStep?: (name: string) => void } = {}): Promise<Sink> {
  const store = await openDocumentStore(join(folder, 'state'));
  const sink = await openSink({
    root,
    stateDir: join(folder, 'state'),
    resolveBlob: (hash) => store.getBlob(hash),
    fenceLive: async (effectId) => options.dead?.includes(effectId) !== true,
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  });
  opened.push(store, sink);
  return sink;
}

/** A real process that writes, and gets a signal at a step. */
function writer(request: object, at = 'never', signal = 'SIGKILL') {
  const child = spawn(
    process.execPath,
    [script, root, join(folder, 'state'), JSON.stringify(request), at, signal],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async () => z.string().parse((await lines.next()).value),
    ended: once(child, 'exit'),
  };
}

const content = () => readFile(join(root, path), 'utf8');
const files = () => readdir(join(root, 'changes', 'a'));

describe('a write', () => {
  it('replaces the file, keeps its mode, and leaves nothing beside it', async () => {
    await chmod(join(root, path), 0o640);
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const sink = await sinkHere();
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
    expect(await content()).toBe('new\n');
    expect((await stat(join(root, path))).mode & 0o777).toBe(0o640);
    expect(await files()).toEqual(['design.md']);
  });

  it('is done once: the same effect is told the same, even when a person brought the old bytes back', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const sink = await sinkHere();
    await sink.write({ effectId: 'e1', path, before, after });
    await writeFile(join(root, path), 'old\n');
    expect(await (await sinkHere()).write({ effectId: 'e1', path, before, after })).toEqual({
      kind: 'written',
    });
    expect(await content()).toBe('old\n');
  });

  it('does not write over what somebody else saved, and never changes that answer', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    await writeFile(join(root, path), 'theirs\n');
    const sink = await sinkHere();
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'base-changed' });
    await writeFile(join(root, path), 'old\n');
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'base-changed' });
    expect(await content()).toBe('old\n');
  });

  it.each(['in place', 'by a rename'])(
    'puts back a save that falls between its look and its exchange (%s)',
    async (manner) => {
      const [before, after] = [await keep('old\n'), await keep('new\n')];
      const { writeFileSync, renameSync } = await import('node:fs');
      const sink = await sinkHere({
        onStep: (name) => {
          if (name !== 'written') return;
          const target = manner === 'in place' ? join(root, path) : join(root, 'theirs.tmp');
          writeFileSync(target, 'theirs\n');
          if (target !== join(root, path)) renameSync(target, join(root, path));
        },
      });
      expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'base-changed' });
      expect(await content()).toBe('theirs\n');
      expect(await files()).toEqual(['design.md']);
    },
  );

  it('makes a file with its folders, and removes it with them', async () => {
    const after = await keep('# New\n');
    const sink = await sinkHere();
    const fresh = 'changes/b/specs/x/spec.md';
    expect(await sink.write({ effectId: 'e1', path: fresh, before: absent, after })).toEqual({
      kind: 'written',
    });
    expect(await readFile(join(root, fresh), 'utf8')).toBe('# New\n');
    expect(await sink.write({ effectId: 'e2', path: fresh, before: after, after: absent })).toEqual({
      kind: 'written',
    });
    expect(await readdir(join(root, 'changes'))).toEqual(['a']);
  });

  it('is refused once its fence is gone, for good', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const refused = await sinkHere({ dead: ['e1'] });
    expect(await refused.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'revoked' });
    expect(await (await sinkHere()).write({ effectId: 'e1', path, before, after })).toEqual({
      kind: 'revoked',
    });
    expect(await content()).toBe('old\n');
  });

  it.each(['a link in place of the folder', 'a link in place of the file', 'a folder in place of the file'])(
    'goes nowhere else: %s is a conflict',
    async (what) => {
      const [before, after] = [await keep('old\n'), await keep('new\n')];
      const outside = join(folder, 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'design.md'), 'old\n');
      if (what === 'a link in place of the folder') {
        await rename(join(root, 'changes', 'a'), join(folder, 'moved'));
        await symlink(outside, join(root, 'changes', 'a'));
      } else {
        await rm(join(root, path));
        if (what === 'a link in place of the file')
          await symlink(join(outside, 'design.md'), join(root, path));
        else await mkdir(join(root, path));
      }
      const sink = await sinkHere();
      expect(await sink.write({ effectId: 'e1', path, before, after })).toMatchObject({ kind: 'conflict' });
      expect(await readFile(join(outside, 'design.md'), 'utf8')).toBe('old\n');
      expect(await readdir(outside)).toEqual(['design.md']);
    },
  );

  it('stays in the folder it opened when a link takes that folder’s place before the exchange', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'design.md'), 'old\n');
    const { renameSync, symlinkSync } = await import('node:fs');
    const sink = await sinkHere({
      onStep: (name) => {
        if (name !== 'written') return;
        renameSync(join(root, 'changes', 'a'), join(folder, 'moved'));
        symlinkSync(outside, join(root, 'changes', 'a'));
      },
    });
    expect(await sink.write({ effectId: 'e1', path, before, after })).toMatchObject({ kind: 'conflict' });
    expect(await readFile(join(outside, 'design.md'), 'utf8')).toBe('old\n');
    expect(await readdir(outside)).toEqual(['design.md']);
    expect(await readdir(join(folder, 'moved'))).toEqual(['design.md']);
  });

  it.each([
    '../x.md',
    '/etc/x.md',
    'a//b.md',
    'a/../../x.md',
    'a\0b',
    'a\\..\\b',
    '',
    '.',
    '.git/config',
    `${'x'.repeat(256)}.md`,
  ])('refuses the path %j', async (bad) => {
    const sink = await sinkHere();
    const after = await keep('x');
    await expect(sink.write({ effectId: 'e1', path: bad, before: absent, after })).rejects.toThrow('path');
  });

  it.each([
    'line\nbreak.md',
    '-n.md',
    ':(top).md',
    '*.md',
    '"q".md',
    'tab\t.md',
    'עברית.md',
    'é.md',
    'e\u0301.md',
  ])('goes to a file of an odd name: %j', async (name) => {
    const after = await keep('x');
    const sink = await sinkHere();
    const odd = `changes/a/${name}`;
    expect(await sink.write({ effectId: 'e1', path: odd, before: absent, after })).toEqual({
      kind: 'written',
    });
    expect(await readFile(join(root, odd), 'utf8')).toBe('x');
  });
});

describe('a revoke', () => {
  it('of a write that is not done refuses every later attempt', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const sink = await sinkHere();
    expect(await sink.revoke('e1')).toEqual({ kind: 'revoked' });
    expect(await (await sinkHere()).write({ effectId: 'e1', path, before, after })).toEqual({
      kind: 'revoked',
    });
    expect(await content()).toBe('old\n');
  });

  it('of a write that is done says so', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const sink = await sinkHere();
    await sink.write({ effectId: 'e1', path, before, after });
    expect(await sink.revoke('e1')).toEqual({ kind: 'written' });
  });

  it('against a write in another process: both are told the same, and the file agrees', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const other = writer({ effectId: 'e1', path, before, after });
    const sink = await sinkHere();
    const { kind } = await sink.revoke('e1');
    expect(await other.next()).toBe(`answer ${kind}`);
    expect(await content()).toBe(kind === 'written' ? 'new\n' : 'old\n');
  });
});

const steps = ['locked', 'settled', 'fenced', 'intended', 'written', 'renamed', 'answered'];

describe('a writer that is killed', () => {
  it.each(steps)(
    'after the step “%s” leaves the old file or the new one; a second attempt ends it',
    async (step) => {
      const [before, after] = [await keep('old\n'), await keep('new\n')];
      const first = writer({ effectId: 'e1', path, before, after }, step);
      expect(await first.next()).toBe(`at ${step}`);
      await first.ended;
      expect(['old\n', 'new\n']).toContain(await content());
      const sink = await sinkHere();
      expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
      expect(await content()).toBe('new\n');
      expect(await files()).toEqual(['design.md']);
    },
  );

  it.each(steps)('after the step “%s” is told by a revoke what it did', async (step) => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const first = writer({ effectId: 'e1', path, before, after }, step);
    await first.ended;
    const sink = await sinkHere();
    const { kind } = await sink.revoke('e1');
    expect(await content()).toBe(kind === 'written' ? 'new\n' : 'old\n');
    expect(await files()).toEqual(['design.md']);
  });

  it('after its exchange is known to have written, though another write followed', async () => {
    const [before, after, third] = [await keep('old\n'), await keep('new\n'), await keep('third\n')];
    await writer({ effectId: 'e1', path, before, after }, 'renamed').ended;
    const sink = await sinkHere();
    expect(await sink.write({ effectId: 'e2', path, before: after, after: third })).toEqual({
      kind: 'written',
    });
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
    expect(await content()).toBe('third\n');
  });

  it('is a conflict when a person saved before anyone could look', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    await writer({ effectId: 'e1', path, before, after }, 'renamed').ended;
    await writeFile(join(root, path), 'theirs\n');
    const sink = await sinkHere();
    expect(await sink.write({ effectId: 'e1', path, before, after })).toMatchObject({ kind: 'conflict' });
    expect(await content()).toBe('theirs\n');
  });
});

describe('two processes', () => {
  it('that write two edits of one base: one is written, the other told that its base changed', async () => {
    const before = await keep('old\n');
    const requests = await Promise.all(
      ['x', 'y'].map(async (text) => ({ effectId: text, path, before, after: await keep(text) })),
    );
    const answers = await Promise.all(requests.map((request) => writer(request).next()));
    expect([...answers].sort()).toEqual(['answer base-changed', 'answer written']);
    expect(await content()).toBe(answers[0] === 'answer written' ? 'x' : 'y');
  });

  it('wait for one that is stopped at any point, which wakes and goes on where it was', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const first = writer({ effectId: 'e1', path, before, after }, 'intended', 'SIGSTOP');
    expect(await first.next()).toBe('at intended');
    const sink = await sinkHere();
    const waiting = new AbortController();
    const second = sink.write({ effectId: 'e2', path, before, after, signal: waiting.signal });
    waiting.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    expect(await content()).toBe('old\n');
    first.child.kill('SIGCONT');
    expect(await first.next()).toBe('answer written');
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
  });

  it('a writer stopped before the lock wakes after its edit was written and undone, and does not bring it back', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const held = await sinkHere();
    let sleeper: ReturnType<typeof writer> | undefined;
    // Stopped while this process holds the lock: wherever it stands, it has not had it.
    await held.guard({
      effectId: 'g',
      answers: z.string(),
      revoked: 'revoked',
      run: async () => {
        sleeper = writer({ effectId: 'e1', path, before, after });
        await once(sleeper.child, 'spawn');
        sleeper.child.kill('SIGSTOP');
        return 'done';
      },
    });
    expect(await held.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
    expect(await held.write({ effectId: 'undo', path, before: after, after: before })).toEqual({
      kind: 'written',
    });
    sleeper?.child.kill('SIGCONT');
    expect(await sleeper?.next()).toBe('answer written');
    expect(await content()).toBe('old\n');
  });
});

describe('guarded work', () => {
  const answers = z.enum(['done', 'revoked']);

  it('runs once, holds the lock for the children it starts, and keeps its answer', async () => {
    const sink = await sinkHere();
    let runs = 0;
    const work = {
      effectId: 'c1',
      answers,
      revoked: 'revoked' as const,
      run: async () => {
        runs += 1;
        return 'done' as const;
      },
    };
    expect(await sink.guard(work)).toBe('done');
    expect(await (await sinkHere()).guard(work)).toBe('done');
    expect(await sink.revokeGuarded(work)).toBe('done');
    expect(runs).toBe(1);
  });

  it('that was begun and not ended is ended by a revoke; one never begun is never run', async () => {
    const sink = await sinkHere();
    const failing = {
      effectId: 'c1',
      answers,
      revoked: 'revoked' as const,
      run: () => Promise.reject(new Error('killed')),
    };
    await expect(sink.guard(failing)).rejects.toThrow('killed');
    expect(await sink.revokeGuarded({ ...failing, run: async () => 'done' as const })).toBe('done');
    expect(await sink.revokeGuarded({ ...failing, effectId: 'c2' })).toBe('revoked');
    expect(await sink.guard({ ...failing, effectId: 'c2' })).toBe('revoked');
  });

  it('keeps others out while a child of a dead holder lives', async () => {
    const holder = await compiled.script(
      'hold-by-child.js',
      `import { spawn } from 'node:child_process';
       import { z } from 'zod';
       import { openSink } from './documents/sink/sink.js';
       const [root, stateDir] = process.argv.slice(2);
       const sink = await openSink({ root, stateDir, resolveBlob: async () => Buffer.alloc(0), fenceLive: async () => true });
       await sink.guard({ effectId: 'c1', answers: z.string(), revoked: '', run: async (lockFd) => {
         const child = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', lockFd] });
         console.log(child.pid);
         process.kill(process.pid, 'SIGKILL');
       } });`,
    );
    const child = spawn(process.execPath, [holder, root, join(folder, 'state')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = await once(createInterface({ input: child.stdout }), 'line');
    await once(child, 'exit');
    const sink = await sinkHere();
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const short = AbortSignal.timeout(200);
    await expect(sink.write({ effectId: 'e1', path, before, after, signal: short })).rejects.toThrow();
    expect(await content()).toBe('old\n');
    process.kill(Number(pid), 'SIGKILL');
    expect(await sink.write({ effectId: 'e1', path, before, after })).toEqual({ kind: 'written' });
  });
});

describe('own writes', () => {
  it('are known before they can be seen, and each once', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const seen: boolean[] = [];
    const sink: Sink = await sinkHere({
      onStep: (name) => {
        if (name === 'renamed') seen.push(sink.isOwnWrite(path, after));
      },
    });
    await sink.write({ effectId: 'e1', path, before, after });
    expect(seen).toEqual([true]);
    expect(sink.isOwnWrite(path, after)).toBe(false);
  });

  it('that the watcher passed over do not make a person’s later save ours', async () => {
    const [before, after, third] = [await keep('old\n'), await keep('new\n'), await keep('third\n')];
    const sink = await sinkHere();
    await sink.write({ effectId: 'e1', path, before, after });
    await sink.write({ effectId: 'e2', path, before: after, after: third });
    expect(sink.isOwnWrite(path, third)).toBe(true);
    expect(sink.isOwnWrite(path, after)).toBe(false);
  });
});

describe('the journal', () => {
  it('takes a line that does not fit on the disk back, says so, and goes on', async () => {
    // A limit on the size of files does what a full disk does: a part is written, then nothing.
    const full = await compiled.script(
      'full-disk.js',
      `import { IntentJournal } from './documents/sink/intent-journal.js';
       process.on('SIGXFSZ', () => {});
       const journal = new IntentJournal(process.argv[2]);
       await journal.refresh();
       await journal.note({ effectId: 'first', answer: 'x'.repeat(300) });
       await journal.note({ effectId: 'second', answer: 'y'.repeat(2000) }).catch(({ code }) => console.log(code));
       await journal.note({ effectId: 'third', answer: 'z' });
       await journal.close();`,
    );
    const at = join(folder, 'journal.jsonl');
    const limited = 'ulimit -f 1; exec "$0" "$@"';
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, full, at]);
    expect(stdout).toBe('EFBIG\n');
    const lines = (await readFile(at, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => z.object({ effectId: z.string() }).parse(JSON.parse(line)).effectId)).toEqual([
      'first',
      'third',
    ]);
  });

  it('forgets only answers whose fence is gone, and a process that had it open reads the new one', async () => {
    const [before, after] = [await keep('old\n'), await keep('new\n')];
    const sink = await sinkHere({ dead: ['e1'] });
    const other = await sinkHere();
    await other.write({ effectId: 'e1', path, before, after });
    await other.write({ effectId: 'e2', path, before: after, after: before });
    expect(await sink.prune(-1)).toBe(1);
    expect(await other.write({ effectId: 'e2', path, before, after })).toEqual({ kind: 'written' });
    expect(await content()).toBe('old\n');
  });
});
