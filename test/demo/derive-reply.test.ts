import { expect, it } from 'vitest';
import { derivedAnalysis } from '../../src/demo/derive-analysis.ts';
import { deriveReply } from '../../src/demo/derive-reply.ts';
import { documentsOf } from '../../src/demo/prompt-documents.ts';

function analysisOf(file: string, lines: string[]) {
  const shown = lines.map((line, at) => `${at + 7}| ${line}`);
  return derivedAnalysis(documentsOf([`<<<m1 document ${file}>>>`, ...shown, '<<<m1 end>>>'].join('\n')));
}

it('a vague promise becomes a finding and, where a measure can stand in its place, an edit of those words', () => {
  const line = 'The shop SHALL answer quickly.';
  const { findings, edits } = analysisOf('a.md', ['# Shop', line]);
  expect(findings).toMatchObject([{ file: 'a.md', line: 8, quote: line }]);
  expect(edits).toMatchObject([
    { anchor: line, text: 'The shop SHALL answer within 2 seconds.', fixes: 'F1' },
  ]);
});

it('what nobody has decided becomes a question, with the options that the words name', () => {
  const { questions } = analysisOf('a.md', ['We send it either by mail or by courier, which costs more.']);
  expect(questions).toMatchObject([{ line: 7, options: ['by mail', 'by courier'], recommended: 'by mail' }]);
});

it('a document without such words is left alone, and so is what stands outside the documents', () => {
  expect(analysisOf('a.md', ['The shop SHALL answer within 1 s.'])).toEqual({
    findings: [],
    questions: [],
    edits: [],
  });
  expect(derivedAnalysis(documentsOf('1| The shop SHALL answer quickly.'))).toMatchObject({ findings: [] });
});

it('a persona takes an option that it is given, and otherwise does not know', () => {
  const ask = (user: object) =>
    deriveReply({ schemaName: 'persona-answer', schema: {}, system: '', user: JSON.stringify(user) });
  expect(ask({ question: 'Mail?', options: ['by mail', 'by post'] })).toMatchObject({
    known: true,
    answer: 'by mail',
  });
  expect(ask({ question: 'Mail?' })).toMatchObject({ known: false, answer: '' });
});

it('any other schema is filled so that it fits', () => {
  const schema = {
    type: 'object',
    properties: {
      kind: { enum: ['a', 'b'] },
      score: { type: 'number', minimum: 0, maximum: 1 },
      list: { type: 'array', items: { type: 'string' }, minItems: 1 },
      note: { type: 'string' },
      sure: { type: 'boolean' },
    },
  };
  const user = 'Refunds take three days.\nHow long do refunds take?';
  expect(deriveReply({ schemaName: 'other', schema, system: '', user })).toEqual({
    kind: 'a',
    score: 0.8,
    list: ['Refunds take three days.'],
    note: 'Refunds take three days.',
    sure: true,
  });
});
