import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseCapabilitySpec } from '../../src/openspec/capability-spec.ts';
import { parseDelta } from '../../src/openspec/delta.ts';
import { parseTasks } from '../../src/openspec/tasks.ts';
import { openSpecModule } from './temporary-root.ts';

const named = z.array(z.object({ name: z.string() }));
const planSchema = z.object({
  added: named,
  modified: named,
  removed: z.array(z.string()),
  renamed: z.array(z.object({ from: z.string(), to: z.string() })),
});
const callable = z.custom<(text: string) => unknown>((value) => typeof value === 'function');
const place = { capability: 'c', file: 'changes/x/specs/c/spec.md' };

let theirs: Record<'delta' | 'spec' | 'tasks', (text: string) => unknown>;
beforeAll(async () => {
  const blocks = await openSpecModule('core/parsers/requirement-blocks.js');
  const tasks = await openSpecModule('utils/task-progress.js');
  theirs = {
    delta: callable.parse(blocks.parseDeltaSpec),
    spec: callable.parse(blocks.extractRequirementsSection),
    tasks: callable.parse(tasks.parseTaskLines),
  };
});

/** Lines that make and break headers, fences, lists and names. */
const line = fc.oneof(
  fc.constantFrom(
    ...[
      '## ADDED Requirements',
      '## Modified requirements',
      '## REMOVED Requirements',
      '##\tRENAMED Requirements',
    ],
    ...[
      '## Requirements',
      '##  ADDED  Requirements',
      '## ADDED Requirements ##',
      '## ',
      '##',
      '## Notes',
      '# Top',
    ],
    ...[
      '### Requirement: A',
      '### Requirement: B ###',
      '###Requirement:C#',
      '### requirement: D  ',
      '### Requirement:',
    ],
    ...['### Requirement: ', '  ### Requirement: indented', '### Other', '#### Scenario: S', '#### S ####'],
    ...['- `### Requirement: A`', '* ### Requirement: B', '-### Requirement: ` `', '+ `### Requirement: E``'],
    ...[
      '- FROM: `### Requirement: A`',
      'TO: ### Requirement: F',
      '* TO:`###Requirement: G` ',
      '-FROM:### Requirement: H',
    ],
    ...[
      '```',
      '````md',
      '~~~',
      '  ```',
      '``` ',
      '<!--',
      '-->',
      '',
      '   ',
      'The system SHALL x.',
      '\u00a0',
      '### Requirement: a\u2028b',
    ],
    ...[
      '- [ ] 1.1 a',
      '* [x] b',
      '1. [X] c',
      '- [] d',
      '- [~] e',
      '- [a](b)',
      '- [ ](b)',
      '- [WIP] f',
      '2) [ x ] g',
      '- [x]h',
    ],
  ),
  fc.string({
    unit: fc.constantFrom('#', ' ', '`', '~', '-', '*', 'R', ':', 'a', '\t', '[', ']', 'x', '(', '\u2029'),
    maxLength: 12,
  }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(([lines, end, mark]) => (mark ? '\uFEFF' : '') + lines.join(end));

describe('what OpenSpec merges is what is read here', () => {
  it('finds the same requirements in a delta as OpenSpec, whatever the text', () => {
    fc.assert(
      fc.property(text, (content) => {
        const plan = planSchema.parse(theirs.delta(content));
        const ours = parseDelta(content, place);
        expect({
          added: ours.added.map(({ name }) => ({ name })),
          modified: ours.modified.map(({ name }) => ({ name })),
          removed: ours.removed.map(({ name }) => name),
          renamed: ours.renamed.map(({ from, to }) => ({ from, to })),
        }).toEqual(plan);
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds the same requirements in a spec as OpenSpec, whatever the text', () => {
    fc.assert(
      fc.property(text, (content) => {
        const { bodyBlocks } = z.object({ bodyBlocks: named }).parse(theirs.spec(content));
        const ours = parseCapabilitySpec(content, place).requirements;
        expect(ours.map(({ name }) => ({ name }))).toEqual(bodyBlocks);
      }),
      { numRuns: 3_000 },
    );
  });

  it('counts the same tasks as OpenSpec, whatever the text', () => {
    fc.assert(
      fc.property(text, (content) => {
        // OpenSpec splits tasks at LF only; a lone CR is no line end there
        const unix = content.replaceAll(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
        const tasks = z.array(z.object({ done: z.boolean() })).parse(theirs.tasks(unix));
        expect(parseTasks(unix).map(({ done }) => ({ done }))).toEqual(tasks);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a delta has lines', () => {
  const content = [
    '## ADDED Requirements', // 1
    '', // 2
    '### Requirement: Export', // 3
    '', // 4
    'The system SHALL export', // 5
    'records as CSV.', // 6
    '', // 7
    '```md', // 8
    '### Requirement: Not this one', // 9
    '```', // 10
    '', // 11
    '#### Scenario: One record', // 12
    '- **WHEN** a user exports', // 13
    '  one record', // 14
    '- **THEN**: the file has two lines', // 15
    '- and a header', // 16
    '', // 17
    '## REMOVED Requirements', // 18
    '- `### Requirement: Print`', // 19
    '  **Reason**: nobody prints', // 20
    '  any more', // 21
    '  **Migration**: use Export', // 22
    '## RENAMED Requirements', // 23
    '- FROM: `### Requirement: Old`', // 24
    '- TO: `### Requirement: New`', // 25
  ].join('\r\n');
  const delta = parseDelta(content, place);

  it('gives a requirement its body, its scenarios and the lines of each', () => {
    expect(delta.added).toEqual([
      {
        name: 'Export',
        line: 3,
        endLine: 16,
        body: 'The system SHALL export\nrecords as CSV.\n\n```md\n### Requirement: Not this one\n```',
        bodyLine: 5,
        scenarios: [
          {
            name: 'One record',
            line: 12,
            endLine: 16,
            steps: [
              { keyword: 'WHEN', text: 'a user exports one record', line: 13 },
              { keyword: 'THEN', text: 'the file has two lines', line: 15 },
              { keyword: 'AND', text: 'a header', line: 16 },
            ],
          },
        ],
      },
    ]);
  });

  it('gives a removal its reason and migration, and a rename the line of its FROM', () => {
    expect(delta.removed).toEqual([
      { name: 'Print', line: 19, reason: 'nobody prints any more', migration: 'use Export' },
    ]);
    expect(delta.renamed).toEqual([{ from: 'Old', to: 'New', line: 24 }]);
  });

  it('reads steps without bullets as steps, and a wrapped "then" as part of its step', () => {
    const steps = [
      '#### Scenario: S',
      '**WHEN** a user waits',
      '**THEN** it stops',
      '',
      '- WHEN x',
      '  then y',
    ];
    const text = ['## ADDED Requirements', '### Requirement: A', 'It SHALL.', ...steps].join('\n');
    expect(parseDelta(text, place).added[0]?.scenarios[0]?.steps).toEqual([
      { keyword: 'WHEN', text: 'a user waits', line: 5 },
      { keyword: 'THEN', text: 'it stops', line: 6 },
      { keyword: 'WHEN', text: 'x then y', line: 8 },
    ]);
  });
});
