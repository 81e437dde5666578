import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Queue } from 'bullmq';
import type { Hono } from 'hono';

const MOST_CHARACTERS = 200;
const MOST_ENTRIES = 50;

/** bull-board over these queues, to be mounted on `/queues`: it shows, and changes nothing. */
export function bullBoard(options: { queues: readonly Queue[] }): Hono {
  const serverAdapter = new HonoAdapter(serveStatic);
  serverAdapter.setBasePath('/queues');
  createBullBoard({
    queues: options.queues.map((queue) => {
      const adapter = new BullMQAdapter(queue, { readOnlyMode: true });
      adapter.setFormatter('data', trimmed);
      adapter.setFormatter('returnValue', trimmed);
      return adapter;
    }),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'specloop', hideRedisDetails: true } },
  });
  return serverAdapter.registerPlugin();
}

/** Job data holds whole documents: only the beginning of long texts and lists is shown. */
export function trimmed(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    return value.length <= MOST_CHARACTERS
      ? value
      : `${value.slice(0, MOST_CHARACTERS)}… (${value.length} characters)`;
  }
  if (value === null || typeof value !== 'object') return value;
  if (depth === 6) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => trimmed(entry, depth + 1));
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return Object.fromEntries(entries.map(([key, entry]) => [key, trimmed(entry, depth + 1)]));
}
