import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { beforeAll, describe, expect, it } from 'vitest';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

/**
 * The floors, lowest first; the parts of one floor are siblings. `types` and `errors` are the vocabulary that even the
 * machines are written in, so they lie one step below them.
 */
const floors: readonly (readonly string[])[] = [
  ['errors', 'types', 'version'],
  ['machines'],
  ['redis', 'telemetry', 'tunables', 'config', 'charts'],
  ['queues'],
  ['actors'],
  ['openspec', 'lmstudio', 'agents', 'git'],
  ['review', 'questions', 'documents', 'improvement'],
  ['workflow'],
  ['http', 'mcp', 'dashboard', 'inspector'],
  ['worker'],
  ['cli', 'demo', 'index'],
  ['main'],
];

/** What `specloop/actors` may bring with it: it could be published alone. */
const packagesOfActors = ['xstate', 'bullmq', 'ioredis', 'zod'];

interface Import {
  from: string;
  part: string;
  specifier: string;
}

function partOf(file: string): string {
  const [first = ''] = relative(source, file).split(sep);
  return first.replace(/\.ts$/, '');
}

function floorOf(part: string): number {
  return floors.findIndex((parts) => parts.includes(part));
}

let imports: Import[] = [];

beforeAll(async () => {
  await init;
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  imports = files.flatMap((file) => {
    const [found] = parse(readFileSync(file, 'utf8'), file);
    return found
      .map(({ specifier }) => specifier)
      .filter((specifier) => typeof specifier === 'string')
      .map((specifier) => ({ from: file, part: partOf(file), specifier }));
  });
});

/** The part that a relative import leads to; undefined for packages. */
function target({ from, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? partOf(resolve(dirname(from), specifier)) : undefined;
}

describe('the floors of the house', () => {
  it('know every part of src', () => {
    const unknown = new Set(imports.map(({ part }) => part).filter((part) => floorOf(part) === -1));
    expect([...unknown]).toEqual([]);
    expect(imports.length).toBeGreaterThan(500);
  });

  it('are imported downwards only, and never between siblings', () => {
    const wrong = imports.flatMap((entry) => {
      const to = target(entry);
      if (to === undefined || to === entry.part) return [];
      const allowed = floorOf(to) < floorOf(entry.part);
      return allowed ? [] : [`${relative(source, entry.from)} imports ${to}`];
    });
    expect(wrong).toEqual([]);
  });

  it('keep machines and vocabulary free of everything but xstate and zod', () => {
    const wrong = imports
      .filter(({ part, specifier }) => floorOf(part) <= 1 && part !== 'version' && !specifier.startsWith('.'))
      .filter(({ specifier }) => !['xstate', 'zod'].includes(specifier))
      .map(({ from, specifier }) => `${relative(source, from)} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  it('leave the actor runtime publishable alone', () => {
    const lower = ['actors', 'queues', 'errors'];
    const wrong = imports
      .filter(({ part }) => lower.includes(part))
      .filter((entry) => {
        const to = target(entry);
        if (to !== undefined) return !lower.includes(to);
        return !entry.specifier.startsWith('node:') && !packagesOfActors.includes(entry.specifier);
      })
      .map(({ from, specifier }) => `${relative(source, from)} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });
});
