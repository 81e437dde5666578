import type { Route } from '../route.ts';
import { actors } from './actors.ts';
import { agents } from './agents.ts';
import { changes } from './changes.ts';
import { documents } from './documents.ts';
import { machines } from './machines.ts';
import { models } from './models.ts';
import { probes } from './probes.ts';
import { questions } from './questions.ts';
import { updates } from './updates.ts';

/** Every route that answers once; `/api/openapi.json` is made from it. */
export const routes: Route[] = [
  ...probes,
  ...changes,
  ...questions,
  ...documents,
  ...updates,
  ...agents,
  ...actors,
  ...machines,
  ...models,
];
