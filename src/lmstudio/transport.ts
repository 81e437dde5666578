import { Agent, fetch as undiciFetch } from 'undici';

/** A reply larger than this is no answer of a model: 16 MB. */
const LARGEST_REPLY_BYTES = 16 * 1024 * 1024;

export interface Transport {
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/**
 * HTTP without the time limits of undici, which end a silent request after 300 s while a model may think for longer
 * (openai-node#2153): the caller's signal is the only clock. Redirects are refused, so that a token never
 * travels to another host, and replies are bounded.
 */
export function openTransport(): Transport {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return {
    async fetch(url, init = {}) {
      const reply = await undiciFetch(url instanceof Request ? url.url : url, {
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)],
        body: typeof init.body === 'string' ? init.body : null,
        signal: init.signal ?? null,
        redirect: 'error',
        dispatcher: agent,
      });
      const text = await readBounded(reply.body);
      // 204 and 304 must have no body by the constructor's rules
      const body = reply.status === 204 || reply.status === 304 ? null : text;
      return new Response(body, { status: reply.status, headers: [...reply.headers] });
    },
    close: () => agent.destroy(),
  };
}

async function readBounded(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > LARGEST_REPLY_BYTES) throw new Error('the reply is larger than 16 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
