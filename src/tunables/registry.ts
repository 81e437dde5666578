import { z } from 'zod';
import type { TunableDefinition } from './definition.ts';

/**
 * All that specloop may change about itself. What is not here cannot be changed by it: no rule, no other judge, no
 * threshold of acceptance, no budget, no switch, no code, and never this table.
 *
 * A new entry needs the place that reads it as well: a tunable that nothing reads would only pretend.
 */
const definitions = {
  'questions.archivist_threshold': {
    kind: 'number',
    default: 0.8,
    min: 0.6,
    max: 0.95,
    maxStep: 0.1,
    scale: 'linear',
    what: "The share of a question's meaning that a passage must cover before the archivist quotes it",
    takesEffect: 'the archivist, at its next question',
    group: 'questions',
    needsPerson: 'a quotation is written into documents without anyone being asked again',
  },
  'questions.cache_timeout_s': {
    kind: 'number',
    default: 3600,
    min: 60,
    max: 86_400,
    maxStep: 4,
    scale: 'log',
    what: 'For how many seconds an answer is served again to the same question',
    takesEffect: 'the search for a match, at the next question',
    group: 'questions',
  },
} as const satisfies Record<string, TunableDefinition>;

export const tunableNameSchema = z.enum(['questions.archivist_threshold', 'questions.cache_timeout_s']);
export type TunableName = z.infer<typeof tunableNameSchema>;
/** Those whose values are numbers. */
export type NumberTunableName = {
  [Name in TunableName]: (typeof definitions)[Name]['kind'] extends 'number' ? Name : never;
}[TunableName];

/** The registry: each tunable by its name. */
export const tunables: { readonly [Name in TunableName]: (typeof definitions)[Name] } = definitions;
