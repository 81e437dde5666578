import { Queue } from 'bullmq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { trimmed } from '../../src/http/bull-board.ts';
import { bullBoard } from '../../src/http/index.ts';
import { startTestRedis } from '../support/redis.ts';
import { bearer, startListening } from './listening.ts';
import { send } from './send.ts';

async function board() {
  const redis = await startTestRedis();
  const queue = new Queue('documents', { connection: redis.connection });
  onTestFinished(async () => {
    await queue.close();
    await redis.stop();
  });
  const job = await queue.add('write', { path: 'changes/add-login/design.md', text: 'x'.repeat(5000) });
  const { tcp } = await startListening({ board: bullBoard({ queues: [queue] }) });
  const ask = (method: string, path: string, body?: object) =>
    send({
      ...tcp,
      method,
      path: `/queues${path}`,
      headers: bearer,
      ...(body === undefined ? {} : { body }),
    });
  return { queue, job, ask };
}

describe('bull-board', () => {
  it('shows the queues with their jobs, long data shortened', async () => {
    const { ask, job } = await board();
    const page = await ask('GET', '');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("font-src 'self'");
    const jobs = await ask('GET', '/api/queues?activeQueue=documents&status=waiting&page=1');
    expect(jobs.text).toContain(String(job.id));
    expect(jobs.text).toContain('5000 characters');
    expect(jobs.text).not.toContain('x'.repeat(500));
  });

  it('serves its own files', async () => {
    const { ask } = await board();
    const [, script] = /src="(static\/js\/main[^"]+)"/.exec((await ask('GET', '')).text) ?? [];
    expect((await ask('GET', `/${script}`)).status).toBe(200);
  });

  it('changes nothing, with a body or without one', async () => {
    const { ask, queue, job } = await board();
    for (const path of ['/pause', '/empty', `/${job.id}/promote`, `/${job.id}/clean`, '/clean/waiting']) {
      expect([path, (await ask('PUT', `/api/queues/documents${path}`)).status]).toEqual([path, 405]);
      expect([path, (await ask('PUT', `/api/queues/documents${path}`, {})).status]).toEqual([path, 405]);
    }
    expect(await queue.isPaused()).toBe(false);
    expect(await queue.getWaitingCount()).toBe(1);
  });
});

describe('job data', () => {
  it('is shortened however deep and wide it is', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    const wide = Array.from({ length: 10_000 }, () => 'y'.repeat(10_000));
    expect(JSON.stringify(trimmed({ deep, wide })).length).toBeLessThan(20_000);
    expect(trimmed({ a: 1, b: [true, null] })).toEqual({ a: 1, b: [true, null] });
  });
});
