import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Built, buildPackage } from '../cli/built.ts';
import { writeChange } from './support/new-change.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

let built: Built;
let place: Workplace;
beforeAll(async () => {
  built = await buildPackage();
  place = await openWorkplace({ main: built.main });
});
afterAll(async () => {
  await place.leave();
  await built.remove();
});

/** A start that cannot be: its exit code, and what it says, which is no stack and begins by saying what is wrong. */
async function refusedStart(
  options: { root?: string; cwd?: string; env?: Record<string, string>; unprivileged?: boolean } = {},
) {
  const { root, ...more } = options;
  const { code, stdout, stderr } = await place.specloop(
    ['start', ...(root === undefined ? [] : ['--root', root])],
    more,
  );
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^specloop: \S/m);
  expect(stderr).not.toMatch(/^ +at /m);
  return { code, says: stderr };
}

test('a folder without openspec is refused by name, with the commands that help', async () => {
  const empty = join(place.folder, 'empty');
  await mkdir(empty);
  const { code, says } = await refusedStart({ cwd: empty });
  expect(code).toBe(2);
  expect(says).toContain(join(empty, 'openspec'));
  expect(says).toContain('openspec init');
  expect(says).toContain('--root');
});

test('a folder that cannot be written or read is refused by name, and nothing is changed', async () => {
  await chmod(place.root, 0o555);
  const readOnly = await refusedStart({ root: place.root, unprivileged: true });
  await chmod(place.root, 0o000);
  const unreadable = await refusedStart({ root: place.root, unprivileged: true });
  await chmod(place.root, 0o755);
  expect(readOnly.code).toBe(3);
  expect(readOnly.says).toContain('read-only');
  expect(readOnly.says).toContain(place.root);
  expect(readOnly.says).toContain('specloop review');
  expect(unreadable.code).toBe(3);
  expect(unreadable.says).toContain('cannot be read');
  expect(unreadable.says).toContain(place.root);
  expect(await place.git('status', '--porcelain')).toBe('');
});

test('a broken or unknown setting is refused with file, line and what is allowed', async () => {
  const file = join(place.repository, 'specloop.yaml');
  await writeFile(file, 'document_updates:\n  mode: [approve\n');
  const broken = await refusedStart({ root: place.root });
  await writeFile(file, 'document_updates:\n  mode: sometimes\n');
  const unknown = await refusedStart({ root: place.root });
  await writeFile(file, '# all defaults\n');
  expect(broken.code).toBe(2);
  expect(broken.says).toMatch(/specloop\.yaml:[23]/);
  expect(unknown.code).toBe(2);
  expect(unknown.says).toMatch(/specloop\.yaml:2/);
  expect(unknown.says).toMatch(/approve.*auto/);
});

test('a Redis that refuses is named, and so is the way to go on without it', async () => {
  const refusing = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => refusing.once('listening', resolve));
  const { port }: AddressInfo = Object(refusing.address());
  await new Promise((resolve) => refusing.close(resolve));
  const env = { REDIS_URL: `redis://:secret@127.0.0.1:${port}` };
  const { code, says } = await refusedStart({ root: place.root, env });
  expect(code).toBe(3);
  expect(says).toContain(`127.0.0.1:${port}`);
  expect(says).toContain('REDIS_URL');
  expect(says).not.toContain('secret');
});

test('a port that is in use: the next free one is taken, and said', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port }: AddressInfo = Object(holder.address());
  const worker = await place.start({ env: { SPECLOOP_HTTP_PORT: String(port) } });
  const taken = worker.lines.find((line) => line.startsWith(`port ${port} is taken, using `));
  const used = taken?.split(' ').at(-1);
  expect(Number(used)).toBeGreaterThan(port);
  expect(worker.lines.at(-1)).toContain(`http://127.0.0.1:${used}`);
  expect(await worker.end('SIGINT')).toBe(0);
});

test('documents that cannot be right become findings at their place, and every other change goes on', async () => {
  await writeChange(place, { id: 'huge', capability: 'huge-lists', question: 'How huge?' });
  await place.save('changes/huge/proposal.md', `# Huge\n\n${'All work and no play. '.repeat(240_000)}\n`);
  await writeChange(place, { id: 'not-utf8', capability: 'odd-lists', question: 'How odd?' });
  const odd = await place.read('changes/not-utf8/proposal.md');
  await place.save(
    'changes/not-utf8/proposal.md',
    Buffer.concat([odd, Buffer.from([0xff, 0xfe, 0x80, 0x0a])]),
  );
  await place.save('changes/no-deltas/proposal.md', '# Nothing yet\n\n## Why\n\nBecause.\n');
  await writeChange(place, { id: 'broken-yaml', capability: 'yaml-lists', question: 'How broken?' });
  await place.save('changes/broken-yaml/.openspec.yaml', 'schema: [spec-driven\ncreated: 2026-11-23\n');
  const hashes = async () => {
    const read = ['huge/proposal.md', 'not-utf8/proposal.md', 'broken-yaml/.openspec.yaml'].map((file) =>
      place.read(`changes/${file}`),
    );
    return (await Promise.all(read)).map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  };
  const before = await hashes();

  await place.start();
  await place.api.restedAfterArchivist(7);
  for (const [change, file] of [
    ['huge', 'proposal.md'],
    ['not-utf8', 'proposal.md'],
    ['no-deltas', undefined],
    ['broken-yaml', '.openspec.yaml'],
  ]) {
    const { findings_list: findings, problem } = await place.api.change(change ?? '');
    expect(problem).toBeUndefined();
    const errors = findings.filter(({ severity }) => severity !== 'info');
    if (file !== undefined)
      expect(
        errors.map((finding) => finding.file),
        change,
      ).toContain(`changes/${change}/${file}`);
    else expect(errors.map(({ rule }) => rule)).toContain('no-deltas');
  }

  // An answer beside a file that is not UTF-8 is written; the odd bytes stay as they are.
  const [question] = await place.api.questionsOf('not-utf8');
  const answered = await place.specloop(['answer', question?.id ?? '', 'Very odd.']);
  expect(answered.stdout).toContain('applied');
  expect(await hashes()).toEqual(before);
});
