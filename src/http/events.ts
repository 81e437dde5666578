import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { describeError, UserError } from '../errors.ts';
import type { WorkflowApi } from '../workflow/api.ts';
import type { HttpEnv } from './place.ts';
import type { RouteDescription } from './route.ts';
import { feedEventSchema } from './schemas.ts';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;
const eventIdSchema = z.string().regex(/^\d+(-\d+)?$/);

export const eventsRoute: RouteDescription = {
  method: 'get',
  path: '/api/events',
  summary:
    'What happens, as server-sent events; resumes after the id of the header Last-Event-ID, or of `after`',
  status: 200,
  contentType: 'text/event-stream',
  query: z.object({ after: z.string().optional() }),
  body: undefined,
  response: feedEventSchema,
};

/** Streams the feed until the client goes or the server closes. */
export function streamEvents(c: Context<HttpEnv>, workflow: WorkflowApi): Response {
  const afterId = eventIdOf(c.req.header('last-event-id') ?? c.req.query('after'));
  const gone = new AbortController();
  const closing = c.env?.place?.closing;
  const signal = closing === undefined ? gone.signal : AbortSignal.any([gone.signal, closing]);

  // A proxy that buffers would hold events back.
  c.header('x-accel-buffering', 'no');
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => gone.abort());
    await stream.write(`retry: ${RETRY_MS}\n\n`);
    const heartbeat = setInterval(() => void stream.write(': still here\n\n'), HEARTBEAT_MS);
    try {
      for await (const event of workflow.events(afterId === undefined ? { signal } : { afterId, signal })) {
        await stream.writeSSE({ id: event.id, data: JSON.stringify(event) });
      }
    } catch (error) {
      if (!signal.aborted) await stream.writeSSE({ event: 'problem', data: describeError(error) });
    } finally {
      clearInterval(heartbeat);
    }
  });
}

/** Refused before the stream opens: a client that is sent a problem inside it would come back with the same id. */
function eventIdOf(given: string | undefined): string | undefined {
  if (given === undefined || eventIdSchema.safeParse(given).success) return given;
  throw new UserError('this is not the id of an event', {
    which: given,
    next: 'pass the id of the last event that was seen, or none to begin now',
    exitCode: 2,
    code: 'usage',
  });
}
