import { describe, expect, it } from 'vitest';
import { readChange } from '../../src/openspec/index.ts';
import { temporaryRoot } from './temporary-root.ts';

async function questionsOf(design: string) {
  const root = await temporaryRoot({ 'changes/x/design.md': design });
  return (await readChange(root, 'x'))?.openQuestions ?? [];
}

async function firstOf(bullet: string) {
  return (await questionsOf(`## Open Questions\n\n${bullet}\n`))[0];
}

describe('open questions', () => {
  it('are the bullets and numbered items of the section, in their own words, with their lines', async () => {
    const design =
      '# D\n\n## Open Questions\n\n- Which *store*?\n- **Q2**: Who pays?\n\n1. When, and\n   where?\n\n## Next\n\n- not one\n';
    expect(await questionsOf(design)).toEqual([
      { text: 'Which *store*?', file: 'changes/x/design.md', line: 5, endLine: 5, answered: false },
      { text: 'Who pays?', file: 'changes/x/design.md', line: 6, endLine: 6, answered: false },
      { text: 'When, and where?', file: 'changes/x/design.md', line: 8, endLine: 9, answered: false },
    ]);
  });

  it('keep nested bullets as their choices: one question, not three', async () => {
    const questions = await questionsOf('## Open questions:\n\n- Which store?\n  - SQLite\n  - Redis\n');
    expect(questions).toMatchObject([
      { text: 'Which store?\n- SQLite\n- Redis', line: 3, endLine: 5, answered: false },
    ]);
  });

  it('stand in the proposal as well as in the design', async () => {
    const root = await temporaryRoot({
      'changes/x/proposal.md': '## Why\n\nB.\n\n### Open Questions\n- In the proposal?\n',
      'changes/x/design.md': '## Open Questions\n- In the design?\n',
    });
    const change = await readChange(root, 'x');
    expect(change?.openQuestions.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'changes/x/proposal.md:6',
      'changes/x/design.md:2',
    ]);
  });

  it.each([
    ['None.'],
    ['- None'],
    ['- n/a'],
    ['- _None_'],
    ['- None for the first release.'],
    ['- No open questions.'],
    ['- -'],
    ['-'],
    ['- <!-- one bullet a question -->'],
    ['<!--\n- Shall we?\n-->'],
    ['```\n- Shall we?\n```'],
  ])('are not made of %j', async (body) => {
    expect(await questionsOf(`## Open Questions\n\n${body}\n`)).toEqual([]);
  });

  it('are still questions when they begin with "none of"', async () => {
    expect(await firstOf('- None of the stores keeps order: does it matter?')).toMatchObject({
      answered: false,
    });
  });

  it.each([
    ['- Shall we?\n  - **Answer**: yes'],
    ['- Shall we?\n  - Answer (Ada): yes'],
    ['- Shall we?\n\n  **A:** yes'],
    ['- **Q**: Shall we?\n  - **A**: yes'],
    ['- Shall we?\n  → yes'],
    ['- Shall we? → yes'],
    ['- [x] Shall we?'],
    ['- ~~Shall we?~~'],
    ['- **Resolved:** we shall'],
    ['1. **Shall we?** - RESOLVED'],
    ['### Resolved\n\n- Shall we?'],
    ['- ✅ Shall we?'],
  ])('are answered when they look like %j', async (bullet) => {
    expect(await firstOf(bullet)).toMatchObject({ answered: true });
  });

  it.each([
    ['- Shall we? (Leaning no)'],
    ['- Shall we? Default: no.'],
    ['- [ ] Shall we?'],
    ['- Shall the answer: yes button stay?'],
    ['- Is the ticket resolved or closed?'],
  ])('stay open when they look like %j', async (bullet) => {
    expect(await firstOf(bullet)).toMatchObject({ answered: false });
  });

  it('do not carry the answer in their text', async () => {
    expect(await firstOf('- Shall we?\n  Answer: yes\n  - **Answer**: sure')).toMatchObject({
      text: 'Shall we?',
    });
  });
});
