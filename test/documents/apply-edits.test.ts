import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/documents/edits/apply-edits.ts';
import { readText, writeText } from '../../src/documents/edits/document-text.ts';
import type { Edit } from '../../src/types/index.ts';

const file = 'changes/a/proposal.md';

function apply(text: string, ...edits: Edit[]) {
  const result = applyEdits(Buffer.from(text), edits);
  return result.kind === 'applied' ? result.bytes.toString('utf8') : result;
}

describe('the text of a document', () => {
  it('gives back its bytes exactly, whatever its line endings', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', '\r', ' ', 'é', '\uFEFF', '😀') });
    fc.assert(
      fc.property(text, (content) => {
        const bytes = Buffer.from(content);
        const document = readText(bytes);
        expect(document && writeText(document).equals(bytes)).toBe(true);
      }),
    );
  });

  it('is not read from bytes that are not UTF-8', () => {
    expect(
      applyEdits(Buffer.from([0x61, 0xff, 0x0a]), [{ op: 'replace-text', file, find: 'a', replace: 'b' }]),
    ).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('UTF-8'),
    });
  });
});

describe('replace-text', () => {
  it('changes the one place and leaves all other bytes identical', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r\n', ' ', '\t', '#', 'ü') });
    fc.assert(
      fc.property(piece, piece, piece, (before, after, replace) => {
        const result = apply(`${before}ONCE${after}`, { op: 'replace-text', file, find: 'ONCE', replace });
        if (typeof result !== 'string') throw new Error(result.why);
        expect(result.startsWith(before)).toBe(true);
        expect(result.endsWith(after)).toBe(true);
        const inner = result.slice(before.length, result.length - after.length);
        expect(inner.replace(/\r\n|\r/g, '\n')).toBe(replace.replace(/\r\n|\r/g, '\n'));
      }),
    );
  });

  it('and its inverse give back the same bytes', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' ', '#', 'ü'), minLength: 1 });
    fc.assert(
      fc.property(piece, piece, (before, after) => {
        const text = `${before}ONCE${after}`;
        const there = apply(text, { op: 'replace-text', file, find: 'ONCE', replace: 'TWO\nLINES' });
        if (typeof there !== 'string') throw new Error(there.why);
        expect(apply(there, { op: 'replace-text', file, find: 'TWO\nLINES', replace: 'ONCE' })).toBe(text);
      }),
    );
  });

  it('finds text over a line break of the other kind and writes the kind of the file', () => {
    const edit: Edit = { op: 'replace-text', file, find: 'one\ntwo', replace: '1\n2\n3' };
    expect(apply('a\r\none\r\ntwo\r\nb', edit)).toBe('a\r\n1\r\n2\r\n3\r\nb');
  });

  it('refuses text that is not there, naming the two nearest lines', () => {
    const result = apply('The quick fox\nThe slow ox\nNothing\n', {
      op: 'replace-text',
      file,
      find: 'The quack fox',
      replace: 'x',
    });
    expect(result).toMatchObject({ kind: 'refused', candidates: [{ line: 1 }, { line: 2 }] });
  });

  it('refuses text that stands twice, overlapping included, naming both places', () => {
    expect(apply('aaa', { op: 'replace-text', file, find: 'aa', replace: 'b' })).toMatchObject({
      kind: 'refused',
    });
    expect(apply('x\ny\nx\n', { op: 'replace-text', file, find: 'x', replace: 'b' })).toMatchObject({
      candidates: [{ line: 1 }, { line: 3 }],
    });
  });

  it('refuses an edit that changes nothing', () => {
    expect(apply('x\n', { op: 'replace-text', file, find: 'x', replace: 'x' })).toMatchObject({
      kind: 'refused',
    });
  });
});

const proposal = `# Sessions

## Why

Because.

## What Changes

- one

### Detail

deep

## Impact
`;

describe('replace-section', () => {
  it('replaces the body with its subsections and keeps the blank lines around it', () => {
    expect(
      apply(proposal, { op: 'replace-section', file, heading: 'What Changes', body: '\n- two\n- three\n\n' }),
    ).toBe(proposal.replace('- one\n\n### Detail\n\ndeep', '- two\n- three'));
  });

  it('fills a section that had no body', () => {
    expect(apply(proposal, { op: 'replace-section', file, heading: '## impact', body: 'All.' })).toBe(
      `${proposal}\nAll.\n`,
    );
    expect(apply('## A\n## B\n', { op: 'replace-section', file, heading: 'A', body: 'x' })).toBe(
      '## A\n\nx\n\n## B\n',
    );
  });

  it('knows no heading in a fence, and an underlined one', () => {
    expect(apply('```\n## A\n```\n', { op: 'replace-section', file, heading: 'A', body: 'x' })).toMatchObject(
      {
        kind: 'refused',
      },
    );
    expect(apply('A\n---\nold\n', { op: 'replace-section', file, heading: 'A', body: 'x' })).toBe(
      'A\n---\nx\n',
    );
  });

  it.each([
    ['a heading of its own level', 'x\n\n## Other'],
    ['an open fence', '```\nx'],
    ['an open comment', '<!-- x'],
  ])('refuses a body that would break out: %s', (_name, body) => {
    expect(apply(proposal, { op: 'replace-section', file, heading: 'Why', body })).toMatchObject({
      kind: 'refused',
    });
  });

  it('refuses a title that two sections have, and names the nearest of one that none has', () => {
    expect(apply('## A\n## A\n', { op: 'replace-section', file, heading: 'A', body: 'x' })).toMatchObject({
      candidates: [{ line: 1 }, { line: 2 }],
    });
    expect(apply(proposal, { op: 'replace-section', file, heading: 'What Change', body: 'x' })).toMatchObject(
      {
        candidates: [{ line: 7, text: 'What Changes' }, expect.anything()],
      },
    );
  });
});

describe('insert-section', () => {
  it('goes after the named section with blank lines on both sides', () => {
    const edit: Edit = {
      op: 'insert-section',
      file,
      heading: 'Risks',
      level: 2,
      body: 'Few.',
      after: 'What Changes',
    };
    expect(apply(proposal, edit)).toBe(proposal.replace('## Impact', '## Risks\n\nFew.\n\n## Impact'));
  });

  it('goes to the end of the document and keeps a missing final newline missing', () => {
    expect(apply('# A', { op: 'insert-section', file, heading: 'B', level: 2, body: 'x' })).toBe(
      '# A\n\n## B\n\nx',
    );
  });

  it('refuses a body that brings a second section', () => {
    const edit: Edit = { op: 'insert-section', file, heading: 'B', level: 2, body: '## C' };
    expect(apply('# A\n', edit)).toMatchObject({ kind: 'refused' });
  });
});

describe('add-task', () => {
  const tasks = '## 1. Storage\n\n- [x] 1.1 Table\n- [ ] 1.2 Index\n\n## 2. API\n\n- [ ] 2.1 Route\n';

  it('adds a task with the next number at the end of its group', () => {
    expect(apply(tasks, { op: 'add-task', file, group: 'Storage', text: 'Test the index' })).toBe(
      tasks.replace('Index\n', 'Index\n- [ ] 1.3 Test the index\n'),
    );
  });

  it('adds to a group without tasks and keeps a number that is given', () => {
    expect(apply('## 1. A\n', { op: 'add-task', file, group: '1. A', text: '1.1 Do' })).toBe(
      '## 1. A\n\n- [ ] 1.1 Do\n',
    );
  });
});

describe('replace-file', () => {
  it('creates a file that does not exist; every other edit refuses one', () => {
    const created = applyEdits(undefined, [{ op: 'replace-file', file, content: 'x\n' }]);
    expect(created).toMatchObject({ kind: 'applied', bytes: Buffer.from('x\n') });
    expect(applyEdits(undefined, [{ op: 'replace-text', file, find: 'a', replace: 'b' }]).kind).toBe(
      'refused',
    );
  });

  it('keeps the mark and the line endings of the file', () => {
    expect(apply('\uFEFFa\r\nb\r\n', { op: 'replace-file', file, content: 'c\nd\n' })).toBe(
      '\uFEFFc\r\nd\r\n',
    );
  });
});
