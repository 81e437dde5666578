import { z } from 'zod';

/** Larger limits are clamped, so that a client that asks for everything gets as much as one page holds. */
const MOST_ITEMS = 1000;
/** A long poll ends before proxies and clients give up, commonly after 60 s. */
const LONGEST_WAIT_MS = 50_000;

/** The query of every list. */
export const listQuery = z.object({
  state: z.string().exactOptional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .transform((limit) => Math.min(limit, MOST_ITEMS))
    .exactOptional(),
  cursor: z.string().exactOptional(),
});

/** How long a request may wait for an outcome, in milliseconds. */
export const waitMs = z.coerce
  .number()
  .int()
  .min(0)
  .transform((wait) => Math.min(wait, LONGEST_WAIT_MS));
