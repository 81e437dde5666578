import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { actorHistorySchema, actorSchema, pageOf } from '../../src/http/schemas.ts';
import { questionSchema } from '../../src/types/index.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { isAlive } from '../support/process.ts';
import { startTestRedis } from '../support/redis.ts';
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

/** How often each change has moved. */
async function movesOfChanges(): Promise<Record<string, number>> {
  const { items } = await place.api.get('/api/actors?machine=change', pageOf(actorSchema));
  const moves: Record<string, number> = {};
  for (const { id } of items) {
    const path = `/api/actors/${encodeURIComponent(id)}/history`;
    moves[id] = (await place.api.get(path, pageOf(actorHistorySchema))).items.length;
  }
  return moves;
}

test('one command says where Redis came from and where the dashboard is, and every change settles', async () => {
  const worker = await place.start();
  expect(worker.lines[0]).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+ from /);
  const settled = await place.api.restedAfterArchivist();

  expect(settled.map(({ id, waiting_for }) => [id, waiting_for])).toEqual(
    expect.arrayContaining([
      ['add-gift-cards', ['answers']],
      ['add-stock-alerts', undefined],
      ['faster-search', undefined],
    ]),
  );
  const listed = await place.specloop(['changes', '--json']);
  expect(
    JSON.parse(listed.stdout)
      .items.map(({ id }: { id: string }) => id)
      .sort(),
  ).toEqual(['add-gift-cards', 'add-stock-alerts', 'faster-search']);
  const { findings_list: findings } = await place.api.change('faster-search');
  expect(findings.length).toBeGreaterThan(0);
  for (const { file, line } of findings) {
    const lines = (await place.read(file)).toString().split('\n');
    expect(line, file).toBeLessThanOrEqual(lines.length);
  }
  // What the archivist wrote is committed; nothing else was touched.
  expect(await place.git('status', '--porcelain')).toBe('');

  const second = await place.specloop(['start', '--root', place.root]);
  expect(second.code).toBe(3);
  expect(second.stderr).toContain('another specloop holds this folder');
  expect(second.stderr).toContain(`process ${worker.pid}`);
  expect(second.stderr).toContain(place.root);
  expect(second.stderr).toMatch(/dashboard is http:\/\/127\.0\.0\.1:\d+/);

  // Ctrl-C, while a page is open and a program waits for an answer.
  const { items } = await place.api.get('/api/questions', pageOf(questionSchema));
  const [open] = items;
  const feed = await place.api.stream('/api/events');
  feed.resume();
  const feedEnded = new Promise((resolve) => feed.once('end', resolve));
  const poll = place.api.get(`/api/questions/${open?.id}?wait_ms=50000`, questionSchema);
  // Answered after them: both have arrived.
  await place.api.health();
  const redisPid = await place.redisPid();
  expect(isAlive(redisPid)).toBe(true);
  const [polled, code] = await Promise.all([poll, worker.end('SIGINT'), feedEnded]);
  expect([code, polled.id, polled.state]).toEqual([0, open?.id, 'escalated']);
  expect(isAlive(redisPid)).toBe(false);
  expect(await place.specloop(['status'])).toMatchObject({ code: 3, stdout: '' });
});

test('a second start repeats no work, and one after kill -9 adopts the Redis that outlived its worker', async () => {
  const worker = await place.start();
  const moves = await movesOfChanges();
  const commits = await place.git('log', '--format=%H');
  const redisPid = await place.redisPid();
  await worker.end('SIGKILL');
  expect(isAlive(redisPid)).toBe(true);

  const next = await place.start();
  expect(next.lines[0]).toMatch(new RegExp(`already running \\(pid ${redisPid}\\), adopted`));
  expect(await place.redisPid()).toBe(redisPid);
  await place.api.settled(3);
  expect(await movesOfChanges()).toEqual(moves);
  expect(await place.git('log', '--format=%H')).toBe(commits);
  expect((await place.api.health()).repeated_calls).toBe(0);
  expect(await next.end('SIGTERM')).toBe(0);
  expect(isAlive(redisPid)).toBe(false);
  // The token of the dashboard outlives both: a signed-in browser stays so.
  expect((await readFile(join(place.stateDir, 'token'), 'utf8')).trim()).not.toBe('');
});

test('Ctrl-C ends a worker whose Redis is gone, and the next start goes on with a save from that time', async () => {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  const env = { REDIS_URL: `unix://${redis.socketPath}` };
  const worker = await place.start({ env });
  expect(worker.lines[0]).toContain('from REDIS_URL');
  await place.api.settled(3);
  await redis.kill9();
  await appendFile(join(place.root, 'changes/faster-search/tasks.md'), '- [ ] 1.5 Remove the old search\n');
  expect(await worker.end('SIGINT')).toBe(0);

  await redis.restart();
  const next = await place.start({ env });
  await place.api.settledAgain('faster-search', 1);
  expect(await next.end('SIGINT')).toBe(0);
});
