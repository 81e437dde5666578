import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeThreeWay } from '../../src/git/index.ts';
import { Desk, lines } from './support.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.make();
});
afterEach(() => desk.remove());

const base = Buffer.from(lines());
const other = Buffer.from(lines({ 5: 'theirs' }));

test('changes on different lines merge clean', async () => {
  const current = Buffer.from(lines({ 15: 'mine' }));
  const result = await mergeThreeWay({ current, base, other });
  expect(result).toEqual({ kind: 'clean', content: Buffer.from(lines({ 5: 'theirs', 15: 'mine' })) });
});

test('a change on the next line is a conflict that names both sides by their labels', async () => {
  const current = Buffer.from(lines({ 6: 'mine' }));
  const labels = { current: 'your text', base: 'before', other: '--undo' };
  const result = await mergeThreeWay({ current, base, other, labels });
  expect(result.kind).toBe('conflict');
  const text = result.kind === 'conflict' ? result.content.toString() : '';
  expect(text).toContain('<<<<<<< your text\n');
  expect(text).toContain('>>>>>>> --undo\n');
});

test('no conflict style of a person or of a repository around it leaks in', async () => {
  execFileSync('git', ['config', '--global', 'merge.conflictStyle', 'diff3'], { env: process.env });
  const folder = join(desk.folder, 'around');
  await mkdir(folder);
  execFileSync('git', ['init', '-q', folder]);
  execFileSync('git', ['config', 'merge.conflictStyle', 'zdiff3'], { cwd: folder });
  const result = await mergeThreeWay({ current: Buffer.from(lines({ 5: 'mine' })), base, other, folder });
  const text = result.kind === 'conflict' ? result.content.toString() : '';
  expect(text).toContain('=======');
  expect(text).not.toContain('|||||||');
  expect(await readdir(folder)).toEqual(['.git']);
});

test('CRLF files get CRLF markers', async () => {
  const crlf = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'));
  const result = await mergeThreeWay({
    current: crlf(lines({ 5: 'mine' })),
    base: crlf(lines()),
    other: crlf(lines({ 5: 'theirs' })),
  });
  expect(result.kind === 'conflict' && result.content.toString()).toContain('=======\r\n');
});

test('bytes that are no text are not merged', async () => {
  expect(await mergeThreeWay({ current: Buffer.from([0, 1]), base, other })).toEqual({ kind: 'binary' });
});

test('an undo that reverts one copy only of a block that was copied is a conflict', async () => {
  const before = Buffer.from('top\n\nend\n');
  const after = Buffer.from('top\n\nour line\nour second\n\nend\n');
  const current = Buffer.from('top\n\nour line\nour second\n\nend\n\nour line\nour second\n\n');
  const plain = await mergeThreeWay({ current, base: after, other: before });
  expect(plain.kind).toBe('clean');
  const checked = await mergeThreeWay({
    current,
    base: after,
    other: before,
    mustNotRemain: ['our line', 'our second\n', ''],
  });
  expect(checked).toMatchObject({ kind: 'conflict', remaining: ['our line', 'our second'] });
});

test('a line of ours that stood there before the edit too may remain', async () => {
  const before = Buffer.from('same\nmiddle\nend\n');
  const after = Buffer.from('same\nmiddle\nsame\nend\n');
  const result = await mergeThreeWay({ current: after, base: after, other: before, mustNotRemain: ['same'] });
  expect(result).toEqual({ kind: 'clean', content: before });
});

test('nothing is left in the folder of a merge', async () => {
  await writeFile(join(desk.folder, 'mine'), '');
  const names = await readdir(desk.folder);
  await mergeThreeWay({ current: base, base, other, folder: desk.folder });
  expect(await readdir(desk.folder)).toEqual(names);
});
