import { spawnSync } from 'node:child_process';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveLockHeld } from '../../src/openspec/index.ts';
import { temporaryRoot } from './temporary-root.ts';

const lock = 'changes/archive/.openspec-archive.lock';
const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

async function held(content: string, age: 'young' | 'old'): Promise<boolean> {
  const root = await temporaryRoot({ [lock]: content });
  if (age === 'old') await fs.utimes(path.join(root, lock), new Date(0), new Date(0));
  return archiveLockHeld(root);
}

describe("OpenSpec's archive lock", () => {
  it('is not held where there is none, or no archive', async () => {
    expect(await archiveLockHeld(await temporaryRoot())).toBe(false);
    expect(await archiveLockHeld('/nonexistent/openspec')).toBe(false);
  });

  it('is held by a living process, however old', async () => {
    expect(await held(JSON.stringify({ pid: process.pid, nonce: 'n' }), 'old')).toBe(true);
  });

  it('is held while it is young, whoever wrote it: its process may run in another container', async () => {
    expect(await held(JSON.stringify({ pid: deadPid, nonce: 'n' }), 'young')).toBe(true);
    expect(await held('', 'young')).toBe(true);
  });

  it('was left behind by a crash when it is old and names no living process', async () => {
    expect(await held(JSON.stringify({ pid: deadPid, nonce: 'n' }), 'old')).toBe(false);
    expect(await held('garbage', 'old')).toBe(false);
  });
});
