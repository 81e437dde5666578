import { realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitEnvironment } from './environment.ts';
import { splitAt } from './records.ts';
import { runGit } from './run.ts';
import { withScratch } from './scratch.ts';
import { BASE_SETTINGS } from './settings.ts';

export interface MergeOptions {
  /** what stands now */
  current: Buffer;
  /** what both sides started from */
  base: Buffer;
  /** what shall be brought in; for an undo: the bytes from before our edit, with `base` the bytes from after it */
  other: Buffer;
  labels?: { current: string; base: string; other: string };
  /** lines that a clean merge must have taken out: a block that a person copied is reverted in one copy only */
  mustNotRemain?: readonly string[];
  /** where the private folder is made; the system's temporary folder when absent */
  folder?: string;
  signal?: AbortSignal;
}

export type MergeResult =
  | { kind: 'clean'; content: Buffer }
  /** with conflict markers, or without any where `remaining` names lines that the merge left standing */
  | { kind: 'conflict'; content: Buffer; remaining?: string[] }
  | { kind: 'binary' };

/** From this exit code on `merge-file` says that it could not merge; below, how many conflicts there are. */
const NOT_MERGED = 128;
const CONFLICT_CODES = Array.from({ length: NOT_MERGED - 1 }, (_, n) => n + 1);
const UNMERGEABLE = 255;

/** Merges three texts with git's own merge, outside of every repository, so that no `merge.conflictStyle` leaks in. */
export function mergeThreeWay(options: MergeOptions): Promise<MergeResult> {
  const texts = [options.current, options.base, options.other];
  if (texts.some((text) => text.includes(0))) return Promise.resolve({ kind: 'binary' });
  return withScratch(options.folder ?? tmpdir(), async (folder) => {
    const cwd = await realpath(folder);
    const names = ['current', 'base', 'other'];
    await Promise.all(names.map((name, n) => writeFile(join(cwd, name), texts[n] ?? '')));
    const labels = options.labels ?? { current: 'current', base: 'base', other: 'other' };
    const asked = [labels.current, labels.base, labels.other].flatMap((label) => [
      '-L',
      label.replaceAll('\n', ' '),
    ]);
    const { code, stdout } = await runGit(['merge-file', '-p', '-q', ...asked, ...names], {
      cwd,
      env: gitEnvironment({ ceiling: dirname(cwd) }, BASE_SETTINGS),
      accept: [...CONFLICT_CODES, UNMERGEABLE],
      signal: options.signal,
    });
    if (code === UNMERGEABLE) return { kind: 'binary' };
    if (code !== 0) return { kind: 'conflict', content: stdout };
    const remaining = linesLeft(stdout, options.other, options.mustNotRemain ?? []);
    return remaining.length === 0
      ? { kind: 'clean', content: stdout }
      : { kind: 'conflict', content: stdout, remaining };
  });
}

/** Which lines stand in the content more often than in the text that the merge brings in. */
function linesLeft(content: Buffer, other: Buffer, lines: readonly string[]): string[] {
  const wanted = [...new Set(lines.map((line) => line.replace(/\r?\n?$/, '')))].filter(
    (line) => line.trim() !== '',
  );
  if (wanted.length === 0) return [];
  const found = countLines(content);
  const allowed = countLines(other);
  return wanted.filter((line) => (found.get(line) ?? 0) > (allowed.get(line) ?? 0));
}

function countLines(text: Buffer): Map<string, number> {
  const counts = new Map<string, number>();
  for (const bytes of splitAt(text, 0x0a)) {
    const line = bytes.toString('utf8');
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    counts.set(bare, (counts.get(bare) ?? 0) + 1);
  }
  return counts;
}
