import { ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { FeedEvent } from '../workflow/api.ts';
import type { Face } from './face.ts';

const mimeType = 'application/json';
const listed = 100;

/** The resources `question://ID` and `change://ID`. */
export function addResources({ server, workflow }: Face): void {
  const json = (uri: URL, value: unknown) => ({
    contents: [{ uri: uri.href, mimeType, text: JSON.stringify(value) }],
  });
  const questions = new ResourceTemplate('question://{id}', {
    list: async () => {
      const { items } = await workflow.listQuestions({ limit: listed });
      return { resources: items.map(({ id, text }) => ({ uri: questionUri(id), name: text, mimeType })) };
    },
  });
  server.registerResource(
    'question',
    questions,
    { title: 'Question', description: 'A question with its answer', mimeType },
    async (uri, { id }) => {
      const question = await workflow.getQuestion(decoded(id));
      if (question === undefined) throw new ResourceNotFoundError(uri.href);
      return json(uri, question);
    },
  );
  const changes = new ResourceTemplate('change://{id}', {
    list: async () => {
      const { items } = await workflow.listChanges({ limit: listed });
      return { resources: items.map(({ id }) => ({ uri: changeUri(id), name: id, mimeType })) };
    },
  });
  server.registerResource(
    'change',
    changes,
    { title: 'Change', description: 'An OpenSpec change with its findings, questions and updates', mimeType },
    async (uri, { id }) => {
      const change = await workflow.getChange(decoded(id));
      if (change === undefined) throw new ResourceNotFoundError(uri.href);
      return json(uri, change);
    },
  );
}

/** The resource that an event of the feed changed. */
export function changedResource({ actor, machine }: FeedEvent): string | undefined {
  const id = actor.slice(actor.indexOf('/') + 1);
  if (machine === 'question') return questionUri(id);
  return machine === 'change' ? changeUri(id) : undefined;
}

function questionUri(id: string): string {
  return `question://${encodeURIComponent(id)}`;
}

function changeUri(id: string): string {
  return `change://${encodeURIComponent(id)}`;
}

function decoded(id: string | string[] | undefined): string {
  const text = Array.isArray(id) ? id.join(',') : (id ?? '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
