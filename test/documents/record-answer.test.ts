import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/documents/edits/apply-edits.ts';

const file = 'changes/a/design.md';
const edit = {
  op: 'record-answer' as const,
  file,
  question: 'Who pays?',
  answer: 'The buyer.',
  source: 'Ada, 2026-11-23',
};

function record(text: string, more: Partial<typeof edit> = {}) {
  const result = applyEdits(Buffer.from(text), [{ ...edit, ...more }]);
  return result.kind === 'applied' ? result.bytes.toString('utf8') : result;
}

describe('an answer to a question that no bullet asks', () => {
  it('makes a section of its own at the end of the document', () => {
    expect(record('# Design\n\nText.\n')).toBe(
      '# Design\n\nText.\n\n## Clarifications\n\n- Who pays?\n  - **Answer** (Ada, 2026-11-23): The buyer.\n',
    );
  });

  it('joins the answers that stand there, in the line endings of the file', () => {
    const before =
      '# D\r\n\r\n## Clarifications\r\n\r\n- Old?\r\n  - **Answer** (B, x): Yes.\r\n\r\n## Risks\r\n\r\n- None\r\n';
    expect(record(before)).toBe(
      before.replace('Yes.\r\n', 'Yes.\r\n- Who pays?\r\n  - **Answer** (Ada, 2026-11-23): The buyer.\r\n'),
    );
  });

  it('is refused where the question is answered already', () => {
    const once = record('# D\n');
    expect(typeof once === 'string' && record(once)).toMatchObject({ kind: 'refused' });
  });

  it('cannot open a section of its own by its words', () => {
    const text = record('# D\n', { answer: '## Hacked\n\n# More' });
    expect(typeof text === 'string' && text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# D',
      '## Clarifications',
    ]);
  });
});
