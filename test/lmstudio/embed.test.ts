import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ScriptedServer, sendJson, startScriptedServer } from '../../src/demo/lm-studio-server.ts';
import { createLmStudio } from '../../src/lmstudio/index.ts';

let server: ScriptedServer;
let isLoaded = true;

beforeEach(async () => {
  isLoaded = true;
  server = await startScriptedServer({
    intercept: (request, response) => {
      if (request.path === '/api/v1/models') {
        const instances = isLoaded ? [{ id: 'nomic-embed' }] : [];
        sendJson(response, 200, {
          models: [{ type: 'embedding', key: 'nomic-embed', loaded_instances: instances }],
        });
        return true;
      }
      if (request.path !== '/v1/embeddings') return false;
      sendJson(response, 200, { data: [{ embedding: [1, 0] }, { embedding: [0, 1] }] });
      return true;
    },
  });
});
afterEach(() => server.stop());

it('texts become one vector each, by the embedding model that is loaded', async () => {
  const lm = createLmStudio({ baseUrl: server.url, timeoutMs: 10_000 });
  expect(await lm.embed(['a', 'b'])).toEqual([
    [1, 0],
    [0, 1],
  ]);
  await expect(lm.embed(['a', 'b', 'c'])).rejects.toThrow('one vector a text');
  expect(server.requests.at(-1)?.body).toMatchObject({ model: 'nomic-embed' });
  expect((await lm.health()).state).toBe('no-model');
  await lm.close();
});

it('an embedding model that is not loaded is not asked, unless a person has named it', async () => {
  isLoaded = false;
  const lm = createLmStudio({ baseUrl: server.url, timeoutMs: 10_000 });
  await expect(lm.embed(['a', 'b'])).rejects.toThrow('no embedding model is loaded');
  await lm.close();
  const named = createLmStudio({ baseUrl: server.url, timeoutMs: 10_000, embeddingModel: 'nomic-embed' });
  expect(await named.embed(['a', 'b'])).toHaveLength(2);
  await named.close();
});
