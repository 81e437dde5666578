import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const minuteMs = 60_000;

/**
 * Counts a request if one more may go now.
 * KEYS  1 when the last requests went, ms by Redis's clock, newest first (list)
 * ARGV  1 most requests in a window  2 the window, ms  3 'counted' when it has gone already, else ''
 * Reply 0 when it is counted, else how long until one may go, ms
 * Invariant: no window of this length holds more requests than the most, but for those that had gone already.
 */
const take = `
local most, windowMs = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = redis.call('LINDEX', KEYS[1], most - 1)
if oldest and ARGV[3] == '' and now - oldest < windowMs then return windowMs - (now - oldest) end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('PEXPIRE', KEYS[1], windowMs)
return 0
`;

export interface RequestAllowanceOptions {
  redis: Redis;
  /** the prefix of every key */
  ns: string;
  /** lm_studio.requests_per_minute */
  most: number;
  /** default a minute */
  windowMs?: number;
}

/**
 * How many requests the model may be sent in a minute, over all processes on one Redis. The queue's own limit counts jobs,
 * and one analysis is a request for each of its sections.
 */
export class RequestAllowance {
  readonly #o: RequestAllowanceOptions;

  constructor(options: RequestAllowanceOptions) {
    this.#o = options;
  }

  /** Waits until a request may go. Rejects when the signal aborts. */
  async enter(signal?: AbortSignal): Promise<void> {
    for (let waitMs = await this.#take(''); waitMs > 0; waitMs = await this.#take(''))
      await delay(waitMs, undefined, { ...(signal && { signal }) });
  }

  /** Counts a request that has gone without asking: those after it wait for it all the same. */
  async count(): Promise<void> {
    await this.#take('counted');
  }

  async #take(mark: 'counted' | ''): Promise<number> {
    const { redis, ns, most, windowMs = minuteMs } = this.#o;
    return z.number().parse(await redis.eval(take, 1, `${ns}:lm-requests`, most, windowMs, mark));
  }
}
