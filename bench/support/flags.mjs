import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

/** `--corpus DIR` and `--short`, which every bench takes. */
export function flags() {
  const { values } = parseArgs({ options: { corpus: { type: 'string' }, short: { type: 'boolean' } } });
  const corpus = resolve(values.corpus ?? examples);
  return { projects: projectsOf(corpus), short: values.short === true };
}

/** The folders that hold an `openspec/`: the corpus itself, or those in it. */
function projectsOf(corpus) {
  const inside = existsSync(corpus) ? readdirSync(corpus).map((name) => join(corpus, name)) : [];
  const projects = [corpus, ...inside].filter((folder) => existsSync(join(folder, 'openspec')));
  if (projects.length > 0) return projects;
  console.error(`no folder with an openspec/ in ${corpus}`);
  process.exit(2);
}
