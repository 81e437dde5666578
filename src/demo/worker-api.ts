import { request } from 'node:http';
import { z } from 'zod';

/** The worker's API on its Unix socket, as another program would use it. Every answer is parsed. */
export class WorkerApi {
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#call({ method: 'GET', path, schema });
  }

  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>> {
    return this.#call({ method: 'POST', path, body: JSON.stringify(body), schema });
  }

  async #call<Schema extends z.ZodType>(call: {
    method: string;
    path: string;
    body?: string;
    schema: Schema;
  }): Promise<z.output<Schema>> {
    const { method, path, body, schema } = call;
    const { status, text } = await this.#send({ method, path, body });
    if (status >= 400) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }

  #send(o: {
    method: string;
    path: string;
    body: string | undefined;
  }): Promise<{ status: number; text: string }> {
    const { method, path, body } = o;
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const to = { socketPath: this.socketPath, method, path, headers, agent: false };
    return new Promise((resolve, reject) => {
      const outgoing = request(to, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

/** A list of the API. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item) });
}
