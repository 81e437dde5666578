import { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { SocketTransport } from '../../src/agents/mcp/socket-transport.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

let built: Built;
let place: Workplace;
let client: Client;
beforeAll(async () => {
  built = await buildPackage();
  place = await openWorkplace({ main: built.main });
  await place.start();
  client = new Client({ name: 'editor', version: '1' });
  await client.connect(new SocketTransport(place.env.WORKFLOW_ORCHESTRATOR_SOCKET ?? ''));
});
afterAll(async () => {
  await client.close();
  await place.leave();
  await built.remove();
});

async function call<Schema extends z.ZodType>(
  name: string,
  args: Record<string, unknown>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const result = await client.callTool({ name, arguments: args });
  expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
  return schema.parse(result.structuredContent);
}

test('a program asks over the Unix socket, a person answers, and the program gets the answer', async () => {
  const text = 'Which colour has the parcel tape of the shop?';
  const { question_id: id } = await call(
    'ask_question',
    { question: text, idempotency_key: 'tape' },
    z.object({ question_id: z.string(), state: z.string() }),
  );
  await place.api.until('nobody but a person can answer', async () => {
    const { items } = await place.api.questions();
    return items.some((question) => question.id === id && question.state === 'escalated');
  });
  const answer = z.object({
    state: z.string(),
    answer: z.string().optional(),
    answered_by: z.string().optional(),
  });
  // Asked for before there is one: the call waits.
  const waiting = call('get_answer', { question_id: id, wait_ms: 50_000 }, answer);
  const answered = await place.specloop(['answer', id, 'Green.']);
  expect(answered.code).toBe(0);
  expect(await waiting).toMatchObject({ state: 'answered', answer: 'Green.' });
});

test('a review over the Unix socket has the findings that the API has', async () => {
  await place.api.restedAfterArchivist();
  const finding = z.object({ file: z.string(), line: z.number(), rule: z.string() });
  const reviewed = await call(
    'review_change',
    { change_id: 'faster-search', wait_ms: 50_000 },
    z.object({ findings_list: z.array(finding) }),
  );
  const { findings_list: known } = await place.api.change('faster-search');
  expect(reviewed.findings_list.map(({ file, line, rule }) => [file, line, rule])).toEqual(
    known.map(({ file, line, rule }) => [file, line, rule]),
  );
  expect(known.length).toBeGreaterThan(0);
});
