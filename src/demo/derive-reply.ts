import { derivedAnalysis } from './derive-analysis.ts';
import { derivedAnswer } from './derive-answer.ts';
import { documentsOf } from './prompt-documents.ts';

/** What a chat request asks: the schema that the answer must fit, and the texts. */
export interface Asked {
  schemaName: string;
  schema: unknown;
  system: string;
  user: string;
}

/**
 * The scripted model's answer, made from nothing but the prompt: other documents give another answer. An analysis is read out of the
 * delimited documents, a persona's answer from the options; any other schema is filled with the words of the prompt.
 */
export function deriveReply(asked: Asked): unknown {
  if (asked.schemaName === 'change-analysis') return derivedAnalysis(documentsOf(asked.user));
  if (asked.schemaName === 'persona-answer') return derivedAnswer(asked.user);
  return filled(asked.schema, { name: '', prompt: `${asked.system}\n${asked.user}` });
}

/** The smallest value that fits a JSON schema, its texts taken from the prompt. */
function filled(schema: unknown, place: { name: string; prompt: string }): unknown {
  if (!isObject(schema)) return null;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return filled(choices[0], place);
  switch (schema.type) {
    case 'object': {
      const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
      return Object.fromEntries(properties.map(([name, one]) => [name, filled(one, { ...place, name })]));
    }
    case 'array': {
      const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
      return Array.from({ length: least }, () => filled(schema.items, place));
    }
    case 'integer':
    case 'number':
      return numberFor(schema);
    case 'boolean':
      return true;
    case 'string':
      return closestLine(place.prompt);
    default:
      return null;
  }
}

function numberFor(schema: Record<string, unknown>): number {
  const low = typeof schema.minimum === 'number' ? schema.minimum : 0;
  const high = typeof schema.maximum === 'number' ? schema.maximum : low + 1;
  const middle = low + (high - low) * 0.8;
  return schema.type === 'integer' ? Math.floor(middle) : middle;
}

/** The line that shares most words with the prompt's last question, without list marks: a quotation in place of an opinion. */
function closestLine(prompt: string): string {
  const lines = prompt.split('\n').map((line) => line.trim());
  const question = lines.findLast((line) => line.endsWith('?')) ?? '';
  const wanted = new Set(wordsOf(question));
  const scored = lines
    .filter((line) => line !== '' && !line.endsWith('?') && !line.startsWith('<<<'))
    .map((line) => ({ line, score: wordsOf(line).filter((word) => wanted.has(word)).length }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a), { line: '', score: 0 });
  return best.line === '' ? 'The material does not say.' : best.line;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 3);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
