import { createHash } from 'node:crypto';
import type { Edit } from '../types/index.ts';

/** The actor of an update. */
export function updateActor(id: string): string {
  return `update/${id}`;
}

/** The same parts give the same id, so the same edit is proposed once for ever. */
export function updateId(parts: readonly unknown[]): string {
  return `u-${digest(parts).slice(0, 16)}`;
}

/**
 * What the same edit has in common, whoever proposes it and for whatever reason: what was rejected or undone is known by
 * it. Who gave an answer does not make it another edit.
 */
export function editKeyOf(path: string, edits: readonly Edit[]): string {
  const plain = edits.map((edit) => (edit.op === 'answer-question' ? { ...edit, source: '' } : edit));
  return digest([path, plain]);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
