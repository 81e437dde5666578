import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/documents/edits/apply-edits.ts';
import { toLines } from '../../src/documents/edits/document-text.ts';

const file = 'changes/a/design.md';

function answer(text: string, edit: { question?: string; answer?: string; source?: string } = {}) {
  const { question = 'How long is a session kept?', answer = '30 days.', source = 'Ada, 2026-11-23' } = edit;
  return applyEdits(Buffer.from(text), [{ op: 'answer-question', file, question, answer, source }]);
}

function answered(text: string, edit: Parameters<typeof answer>[1] = {}): string {
  const result = answer(text, edit);
  if (result.kind !== 'applied') throw new Error(result.why);
  return result.bytes.toString('utf8');
}

const design = `# Design

## Decisions

Cookies.

## Open Questions

- Who may see it?
- How long is a session kept?
- Is there a limit?

## Risks

None.
`;

describe('an answer to an open question', () => {
  it('stands below its bullet and touches no other byte', () => {
    expect(answered(design)).toBe(
      design.replace('kept?\n', 'kept?\n  - **Answer** (Ada, 2026-11-23): 30 days.\n'),
    );
  });

  it.each([
    ['star bullets', '## Open Questions\n\n* How long is a session kept?\n', '  * **Answer** (A): B\n'],
    [
      'numbered items',
      '## Open Questions\n\n1. How long is a session kept?\n2. Other?\n',
      '   - **Answer** (A): B\n',
    ],
    ['wide bullets', '## Open Questions\n-   How long is a session kept?\n', '    - **Answer** (A): B\n'],
    ['checkboxes', '## Open Questions\n- [ ] How long is a session kept?\n', '  - **Answer** (A): B\n'],
    ['emphasis', '## Open Questions\n- **How long** is a `session` kept?\n', '  - **Answer** (A): B\n'],
    [
      'wrapped lines',
      '## Open Questions\n- How long is\n  a session kept?\n- X\n',
      '  - **Answer** (A): B\n',
    ],
    ['lazy lines', '## Open Questions\n- How long is\na session kept?\n- X\n', '  - **Answer** (A): B\n'],
    ['CRLF', '## Open Questions\r\n\r\n- How long is a session kept?\r\n', '  - **Answer** (A): B\r\n'],
    ['no final newline', '## Open Questions\n\n- How long is a session kept?', '\n  - **Answer** (A): B'],
    [
      'a byte order mark',
      '\uFEFF## Open Questions\n\n- How long is a session kept?\n',
      '  - **Answer** (A): B\n',
    ],
    [
      'the indent of the other nested bullets',
      '## Open Questions\n- How long is a session kept?\n- X\n\t+ why\n',
      '\t+ **Answer** (A): B\n',
    ],
    [
      'nested bullets of its own',
      '## Open Questions\n- How long is a session kept?\n    * context\n- X\n',
      '    * **Answer** (A): B\n',
    ],
    ['## Questions', '## 7. Questions:\n- How long is a session kept?\n', '  - **Answer** (A): B\n'],
    [
      'an html block',
      '## Open Questions\n- How long is a session kept?\n\n  <div>\n  x\n',
      '\n  - **Answer** (A): B\n',
    ],
    [
      'a loose list',
      '## Open Questions\n\n- How long is\n\n  a session kept?\n\n- X\n',
      '  - **Answer** (A): B\n',
    ],
  ])('is written in the manner of the file: %s', (_name, text, line) => {
    const result = answered(text, { answer: 'B', source: 'A' });
    const at = result.indexOf(line);
    expect(at).toBeGreaterThan(0);
    expect(result.slice(0, at) + result.slice(at + line.length)).toBe(text);
  });

  it('stays one bullet when it has many lines, and its Markdown stays inside', () => {
    const words = 'Thirty days.\n\n# Not a heading\n- not a question?\n\n```\n## still none';
    const result = answered(design, { answer: words });
    expect(result).toContain(
      [
        '  - **Answer** (Ada, 2026-11-23): Thirty days.',
        '',
        '    # Not a heading',
        '    - not a question?',
        '',
        '    ```',
        '    ## still none',
        '    ```',
        '- Is there a limit?',
      ].join('\n'),
    );
  });

  it('begins below its name when it begins with a list', () => {
    expect(answered(design, { answer: '- one\n- two' })).toContain(
      '  - **Answer** (Ada, 2026-11-23):\n\n    - one\n    - two\n- Is there',
    );
  });

  it('cannot hide the rest of the document in a comment', () => {
    expect(answered(design, { answer: 'x <!-- y\nz' })).toContain('x &lt;!-- y\n    z\n- Is');
  });

  it.each([
    ['under it', '## Open Questions\n- How long is a session kept?\n  - **Answer** (B): 5.\n'],
    ['in short', '## Open Questions\n- How long is a session kept?\n  - Answer: 5.\n'],
    ['as an arrow', '## Open Questions\n- How long is a session kept?\n  - → 5.\n'],
    ['by a check', '## Open Questions\n- [x] How long is a session kept?\n'],
    ['by a stroke', '## Open Questions\n- ~~How long is a session kept?~~\n'],
  ])('is not written where one stands already: %s', (_name, text) => {
    expect(answer(text)).toMatchObject({ kind: 'refused', why: expect.stringContaining('already answered') });
  });

  it('is written once: the same edit again is refused as already answered', () => {
    expect(answer(answered(design))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('already answered'),
    });
  });

  it('is read as answered by whoever raises questions, however long its source is', () => {
    const source = 'archivist, from specs/a-long-capability-name/spec.md:120, 2026-11-23';
    expect(answered(design, { source })).toContain(`  - **Answer:** (${source}) 30 days.\n`);
  });

  it('names the two nearest questions when its own is not there', () => {
    expect(answer(design, { question: 'How long is a token kept?' })).toMatchObject({
      kind: 'refused',
      candidates: [{ line: 10, text: 'How long is a session kept?' }, { text: expect.any(String) }],
    });
  });

  it('names both places when the question stands twice', () => {
    const text = '## Open Questions\n- How long is a session kept?\n- How long is a session kept?\n';
    expect(answer(text)).toMatchObject({ kind: 'refused', candidates: [{ line: 2 }, { line: 3 }] });
  });

  it('is not taken in by a bullet in a fence or outside the section', () => {
    const text =
      '## Notes\n- How long is a session kept?\n\n## Open Questions\n```\n- How long is a session kept?\n```\n';
    expect(answer(text).kind).toBe('refused');
  });

  it('keeps every line of the document, whatever the answer says', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        '#',
        '`',
        '-',
        '~',
        '<!--',
        '-->',
        '\n',
        ' ',
        '\t',
        '>',
        'a',
        '1.',
        '|',
        '\r',
        '<div>',
        '**',
      ),
    });
    fc.assert(
      fc.property(hostile, hostile, (words, source) => {
        if (words.trim() === '') return;
        const result = answer(design, { answer: words, source });
        expect(result.kind).toBe('applied');
        if (result.kind !== 'applied') return;
        const lines = toLines(result.bytes.toString('utf8'));
        const [head, tail] = [toLines(design).slice(0, 10), toLines(design).slice(10)];
        expect(lines.slice(0, 10)).toEqual(head);
        expect(lines.slice(-tail.length)).toEqual(tail);
        for (const { text } of lines.slice(10, -tail.length)) expect(text).toMatch(/^(?: {2}|$)/);
      }),
      { numRuns: 500 },
    );
  });
});
