import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './place.ts';
import { problem, sendProblem } from './problem.ts';

/**
 * Refuses bodies over a size. One with a length is refused by it, before it is read: the server cuts off what goes
 * beyond. One without (chunked, or none at all) is gathered here, and at most so much of it.
 *
 * Not Hono's own: that one makes a new Request from the server's light one, which Node's Request refuses.
 */
export function bodyLimit(mostBytes: number): MiddlewareHandler<HttpEnv> {
  const tooLarge = () =>
    problem(413, 'too-large', 'the body of this request is too large', {
      detail: `${mostBytes} bytes at most`,
    });

  return async (c, next) => {
    const length = c.req.header('content-length');
    if (length !== undefined) return Number(length) > mostBytes ? sendProblem(c, tooLarge()) : next();
    const { raw } = c.req;
    if (raw.body === null) return next();

    const body = await gather(raw.body, mostBytes);
    if (body === undefined) return sendProblem(c, tooLarge());
    const headers = [...raw.headers].filter(([name]) => name.toLowerCase() !== 'transfer-encoding');
    c.req.raw = new Request(raw.url, { method: raw.method, headers, body, signal: raw.signal });
    return next();
  };
}

async function gather(
  stream: ReadableStream<Uint8Array>,
  mostBytes: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
