import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  contentHashOf,
  type WatchEvent,
  type WatchOptions,
  type WatchProblem,
  watchRoot,
} from '../../src/openspec/index.ts';
import { temporaryRoot, write } from './temporary-root.ts';

/** A watcher whose events can be awaited one after another. */
async function watched(root: string, options: Partial<WatchOptions> = {}) {
  const events: WatchEvent[] = [];
  const problems: WatchProblem[] = [];
  let wake = () => {};
  const watcher = await watchRoot({
    root,
    settleMs: 60,
    onEvent: (event) => {
      events.push(event);
      wake();
    },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  onTestFinished(() => watcher.close());
  let taken = 0;
  const next = async (): Promise<WatchEvent> => {
    for (;;) {
      const event = events[taken];
      if (event !== undefined) {
        taken += 1;
        return event;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  /** Everything up to the event for a change that is saved now: what came before it is all that came. */
  const untilMarker = async (): Promise<WatchEvent[]> => {
    const marker = `marker-${events.length}`;
    await write(root, `changes/${marker}/proposal.md`, marker);
    const before: WatchEvent[] = [];
    for (;;) {
      const event = await next();
      if (event.type === 'change-saved' && event.change === marker) return before;
      before.push(event);
    }
  };
  return { events, problems, next, untilMarker, watcher };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe('watching a root', () => {
  it('tells what stands there as initial, with the hash that reading gives', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a', 'changes/b/specs/c/spec.md': 'b' });
    const { events } = await watched(root);
    expect(events).toMatchObject([
      {
        type: 'change-saved',
        change: 'a',
        initial: true,
        byUs: false,
        contentHash: await contentHashOf(root, 'a'),
      },
      {
        type: 'change-saved',
        change: 'b',
        initial: true,
        byUs: false,
        contentHash: await contentHashOf(root, 'b'),
      },
    ]);
  });

  it('loses no save made while it starts', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': '0' });
    const start = watched(root);
    for (let n = 1; n <= 50; n += 1) await write(root, 'changes/a/proposal.md', String(n));
    const { next } = await start;
    const last = await contentHashOf(root, 'a');
    for (;;) {
      const event = await next();
      if (event.type === 'change-saved' && event.contentHash === last) break;
    }
  });

  it('tells a save once it settles, in a new nested folder too, and stays silent on a touch', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a' });
    const { next, untilMarker } = await watched(root);
    await next();
    await write(root, 'changes/new/specs/area/cap/spec.md', 'one');
    expect(await next()).toMatchObject({ change: 'new', initial: false, byUs: false });
    await write(root, 'changes/new/specs/area/cap/spec.md', 'two');
    expect(await next()).toMatchObject({ change: 'new', contentHash: await contentHashOf(root, 'new') });
    await fs.utimes(path.join(root, 'changes/a/proposal.md'), new Date(), new Date());
    await write(root, 'changes/a/proposal.md', 'a');
    await write(root, 'changes/a/.proposal.md.swp', 'editor');
    expect(await untilMarker()).toEqual([]);
  });

  it('takes an editor that renames over the file, and one that writes in pieces, for one save', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a' });
    const { next, untilMarker } = await watched(root, { settleMs: 300 });
    await next();
    await write(root, 'changes/a/proposal.md.tmp', 'whole');
    await fs.rename(path.join(root, 'changes/a/proposal.md.tmp'), path.join(root, 'changes/a/proposal.md'));
    expect(await next()).toMatchObject({ change: 'a', contentHash: await contentHashOf(root, 'a') });
    await fs.writeFile(path.join(root, 'changes/a/proposal.md'), '');
    for (const piece of ['half ', 'of ', 'it'])
      await fs.appendFile(path.join(root, 'changes/a/proposal.md'), piece);
    const [event, ...others] = await untilMarker();
    expect(event).toMatchObject({ change: 'a', contentHash: await contentHashOf(root, 'a') });
    expect(others).toEqual([]);
  });

  it('knows its own write by its content, once; the same bytes brought back later are a person', async () => {
    const root = await temporaryRoot({ 'changes/a/design.md': 'before' });
    const own = new Set([`changes/a/design.md ${hashOf('ours')}`]);
    const { next } = await watched(root, { isOwnWrite: (file, hash) => own.delete(`${file} ${hash}`) });
    await next();
    await write(root, 'changes/a/design.md', 'ours');
    expect(await next()).toMatchObject({ byUs: true });
    await write(root, 'changes/a/design.md', 'before');
    expect(await next()).toMatchObject({ byUs: false });
    await write(root, 'changes/a/design.md', 'ours');
    expect(await next()).toMatchObject({ byUs: false });
  });

  it('is not by us when a person saved another file in the same moment', async () => {
    const root = await temporaryRoot({ 'changes/a/design.md': 'before' });
    const asked: string[] = [];
    const { next } = await watched(root, {
      isOwnWrite: (file, hash) => {
        asked.push(file);
        return hash === hashOf('ours');
      },
    });
    await next();
    await Promise.all([
      write(root, 'changes/a/design.md', 'ours'),
      write(root, 'changes/a/tasks.md', 'theirs'),
    ]);
    expect(await next()).toMatchObject({ byUs: false });
    expect(asked).toEqual(['changes/a/design.md', 'changes/a/tasks.md']);
  });

  it('tells a change that is gone from one that is archived', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a', 'changes/b/proposal.md': 'b' });
    const { next } = await watched(root);
    await next();
    await next();
    await fs.rm(path.join(root, 'changes/a'), { recursive: true });
    expect(await next()).toEqual({ type: 'change-gone', change: 'a' });
    await fs.mkdir(path.join(root, 'changes/archive'));
    await fs.rename(path.join(root, 'changes/b'), path.join(root, 'changes/archive/2026-11-23-b'));
    expect(await next()).toEqual({ type: 'change-archived', change: 'b', archivedAs: '2026-11-23-b' });
  });

  it('tells which specs were saved', async () => {
    const root = await temporaryRoot({ 'specs/c/spec.md': 'c', 'specs/d/spec.md': 'd' });
    const { next } = await watched(root);
    await write(root, 'specs/c/spec.md', 'C');
    expect(await next()).toEqual({ type: 'specs-saved', files: ['specs/c/spec.md'] });
  });

  it('follows git from branch to branch: gone, and back with the same content', async () => {
    const root = await temporaryRoot({ 'specs/c/spec.md': 'c' });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
        cwd: root,
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'without');
    git('switch', '-q', '-c', 'with');
    for (let n = 0; n < 30; n += 1) await write(root, `changes/a/specs/c${n}/spec.md`, String(n));
    git('add', '.');
    git('commit', '-q', '-m', 'with');
    const { next, untilMarker } = await watched(root);
    const initial = await next();
    git('switch', '-q', 'main');
    expect(await next()).toEqual({ type: 'change-gone', change: 'a' });
    git('switch', '-q', 'with');
    const back = await next();
    expect(back).toMatchObject({ type: 'change-saved', change: 'a', byUs: false, initial: false });
    expect('contentHash' in back && back.contentHash).toBe('contentHash' in initial && initial.contentHash);
    expect(await untilMarker()).toEqual([]);
  });

  it('tells that the root is gone and that it is back, and goes on watching', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a' });
    const { next } = await watched(root);
    await next();
    await fs.rename(root, `${root}-away`);
    expect(await next()).toEqual({ type: 'root-gone' });
    await write(`${root}-away`, 'changes/a/proposal.md', 'saved while away');
    await fs.rename(`${root}-away`, root);
    expect(await next()).toEqual({ type: 'root-back' });
    expect(await next()).toMatchObject({ change: 'a', contentHash: await contentHashOf(root, 'a') });
    await write(root, 'changes/a/proposal.md', 'later');
    expect(await next()).toMatchObject({ change: 'a', contentHash: await contentHashOf(root, 'a') });
  });

  it('goes on when a handler throws, and says so', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a' });
    const problems: WatchProblem[] = [];
    const seen = new Promise<void>((resolve, reject) => {
      watchRoot({
        root,
        settleMs: 20,
        onProblem: (problem) => problems.push(problem),
        onEvent: (event) => {
          if (event.type === 'change-saved' && !event.initial) resolve();
          else throw new Error('no');
        },
      }).then((watcher) => {
        onTestFinished(() => watcher.close());
        return write(root, 'changes/a/proposal.md', 'b');
      }, reject);
    });
    await seen;
    expect(problems).toMatchObject([{ code: 'handler-failed' }]);
  });

  it('sees saves by polling where it is told to, and says nothing after it was stopped', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': 'a' });
    const stop = new AbortController();
    const { next, events, watcher } = await watched(root, { polling: true, signal: stop.signal });
    await next();
    await write(root, 'changes/a/proposal.md', 'longer than before');
    expect(await next()).toMatchObject({ change: 'a', initial: false });
    const told = events.length;
    stop.abort();
    await write(root, 'changes/a/proposal.md', 'after');
    await watcher.close();
    expect(events).toHaveLength(told);
  });

  it('keeps no more than one thing to do for a change, however often it is saved', async () => {
    const root = await temporaryRoot({ 'changes/a/proposal.md': '0' });
    const { next, events } = await watched(root);
    await next();
    for (let n = 0; n < 10_000; n += 1)
      await fs.writeFile(path.join(root, 'changes/a/proposal.md'), String(n));
    await write(root, 'changes/a/proposal.md', 'last');
    const last = await contentHashOf(root, 'a');
    for (;;) {
      const event = await next();
      if (event.type === 'change-saved' && event.contentHash === last) break;
    }
    expect(events.length).toBeLessThan(100);
  });

  it('refuses a root that is not there', async () => {
    await expect(watchRoot({ root: '/nonexistent/openspec', onEvent: () => {} })).rejects.toMatchObject({
      name: 'UserError',
    });
  });
});
