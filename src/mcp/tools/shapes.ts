import { z } from 'zod';

/** Annotations of a tool that only reads. */
export const reading = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

/** Annotations of a tool that adds something and destroys nothing: every write is versioned and can be undone. */
export const writing = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

export const limit = z
  .number()
  .int()
  .min(1)
  .default(50)
  .describe('how many at most; larger than 1000 is clamped');
export const cursor = z.string().optional().describe('next_cursor of the page before');
