import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentHash } from '../../src/documents/store/blob-store.ts';
import { type DocumentStore, openDocumentStore } from '../../src/documents/store/document-store.ts';
import type { UpdateRecord } from '../../src/documents/store/update-record.ts';
import { type Compiled, compileSources } from '../support/compiled.ts';

let compiled: Compiled;
let stateDir: string;
beforeAll(async () => {
  compiled = await compileSources();
});
afterAll(() => compiled.remove());
const opened: DocumentStore[] = [];
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));

async function openHere(): Promise<DocumentStore> {
  const store = await openDocumentStore(stateDir);
  opened.push(store);
  return store;
}

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'specloop-store-'));
});

function update(id: string, more: Partial<UpdateRecord> = {}): UpdateRecord {
  return {
    id,
    path: 'changes/a/design.md',
    kind: 'answer',
    reason: 'why',
    at: '2026-11-23T00:00:00.000Z',
    authorKind: 'person',
    provenance: { author: 'person:Ada' },
    draft: contentHash(Buffer.from(id)),
    editKey: id,
    anew: false,
    ...more,
  };
}

describe('the document store', () => {
  it('keeps bytes once, gives them back exactly, and lets nobody else read them', async () => {
    const store = await openHere();
    const bytes = Buffer.from([0, 255, 13, 10]);
    const hash = await store.putBlob(bytes);
    expect(await store.putBlob(bytes)).toBe(hash);
    expect(await store.getBlob(hash)).toEqual(bytes);
    const folder = join(stateDir, 'documents', 'blobs', hash.slice(0, 2));
    expect(await readdir(folder)).toEqual([hash]);
    expect((await stat(join(folder, hash))).mode & 0o777).toBe(0o600);
    expect((await stat(join(stateDir, 'documents'))).mode & 0o777).toBe(0o700);
  });

  it('says so when a stored version is damaged or its name is no hash', async () => {
    const store = await openHere();
    const hash = await store.putBlob(Buffer.from('text'));
    await writeFile(join(stateDir, 'documents', 'blobs', hash.slice(0, 2), hash), 'tex!');
    await expect(store.getBlob(hash)).rejects.toThrow('damaged');
    await expect(store.getBlob('../../etc/passwd')).rejects.toThrow();
  });

  it('remembers updates and what became of them over a restart', async () => {
    const first = await openHere();
    await first.add(update('u1'));
    await first.learn('u1', { before: 'absent', after: 'x', written: true, commit: 'c0ffee' });
    await first.add(update('u1', { reason: 'other' }));
    await opened.pop()?.close();
    const store = await openHere();
    expect(store.find('u1')).toMatchObject({ reason: 'why', written: true, commit: 'c0ffee' });
    expect(store.historyOf('changes/a/design.md').map(({ id }) => id)).toEqual(['u1']);
    expect(store.historyOf('changes/a').map(({ id }) => id)).toEqual(['u1']);
    expect(store.historyOf('changes/b')).toEqual([]);
  });

  it('loses nothing but the line that a crash cut short', async () => {
    const first = await openHere();
    await first.add(update('u1'));
    await appendFile(join(stateDir, 'documents', 'updates.jsonl'), '\n{"update":{"id":"torn","pa');
    const store = await openHere();
    await store.add(update('u2'));
    expect(store.all().map(({ id }) => id)).toEqual(['u2', 'u1']);
    await first.refresh();
    expect(first.all().map(({ id }) => id)).toEqual(['u2', 'u1']);
  });

  it('counts an update as undone only while its undo stands', async () => {
    const store = await openHere();
    await store.add(update('u1'));
    await store.add(update('u2', { reverts: 'u1' }));
    expect(store.undoneBy('u1')).toBeUndefined();
    await store.learn('u2', { written: true });
    expect(store.undoneBy('u1')).toBe('u2');
    await store.add(update('u3', { reverts: 'u2' }));
    await store.learn('u3', { written: true });
    expect(store.undoneBy('u2')).toBe('u3');
    expect(store.undoneBy('u1')).toBeUndefined();
  });

  it('keeps what was added when its process is killed right after', async () => {
    const script = await compiled.script(
      'add-update.js',
      `import { openDocumentStore } from './documents/store/document-store.js';
       const store = await openDocumentStore(process.argv[2]);
       const hash = await store.putBlob(Buffer.from('kept'));
       await store.add(${JSON.stringify(update('u1'))});
       await store.learn('u1', { before: hash, written: true });
       process.kill(process.pid, 'SIGKILL');`,
    );
    const [, signal] = await once(spawn(process.execPath, [script, stateDir], { stdio: 'inherit' }), 'exit');
    expect(signal).toBe('SIGKILL');
    const store = await openHere();
    expect(store.find('u1')).toMatchObject({ written: true });
    expect(await store.getBlob(store.find('u1')?.before ?? '')).toEqual(Buffer.from('kept'));
  });

  it('lists ten thousand updates of one file from what it has in memory', async () => {
    const store = await openHere();
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `${JSON.stringify({ update: update(`u${n}`) })}\n`,
    );
    await appendFile(join(stateDir, 'documents', 'updates.jsonl'), lines.join(''));
    await store.refresh();
    const history = store.historyOf('changes/a/design.md');
    expect(history).toHaveLength(10_000);
    expect(history[0]?.id).toBe('u9999');
    expect((await readFile(join(stateDir, 'documents', 'updates.jsonl'))).length).toBeGreaterThan(10_000);
  });
});
