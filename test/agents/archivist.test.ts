import { describe, expect, it } from 'vitest';
import { type ArchiveDocument, createArchivist } from '../../src/agents/index.ts';

const spec = `# Session
## Purpose
Keeps people signed in.

## Requirements
### Requirement: Session timeout
The session timeout SHALL be 30 minutes without activity.

#### Scenario: A session times out
- **WHEN** a session has no activity for 30 minutes
- **THEN** the person is signed out
- **AND** the cart is kept

### Requirement: Session cookies
Session cookies SHALL be marked HttpOnly and SameSite=Strict so that scripts of other pages cannot read them.
`;

const design = `# Design
## Context
Tokens were stored in local storage for 90 days.

## Decisions
- Refresh tokens are rotated at every use, because a stolen token is then noticed.

## Alternatives considered
- Refresh tokens could be stored encrypted in the browser database.

## Open Questions
- Should refresh tokens survive a password change?
  - **Answer** (Ada, 2026-03-01): No, a password change revokes all of them.
- Should refresh tokens be bound to a device?
`;

const documents: ArchiveDocument[] = [
  { file: 'specs/session/spec.md', text: spec },
  { file: 'changes/archive/2026-03-02-tokens/design.md', text: design },
  {
    file: 'changes/archive/2026-03-02-tokens/specs/session/spec.md',
    text: '## ADDED Requirements\n### Requirement: Session limit\nA person SHALL have at most 3 sessions open.',
  },
  {
    file: 'changes/archive/2026-03-02-tokens/tasks.md',
    text: '- [x] Email templates are translated to German',
  },
];

function ask(
  text: string,
  more: { places?: { file: string; line: number }[]; documents?: ArchiveDocument[] } = {},
) {
  const archivist = createArchivist({ documents: async () => more.documents ?? documents });
  const question = { question: 'q', text, ...(more.places !== undefined && { places: more.places }) };
  return archivist.ask(question, { idempotencyKey: 'k', signal: new AbortController().signal });
}

describe('the archivist answers', () => {
  it('with the words of a spec, their file and line, and how sure it is', async () => {
    expect(await ask('What is the session timeout, in minutes?')).toEqual({
      kind: 'answered',
      answer: {
        text: 'The session timeout SHALL be 30 minutes without activity.',
        by: 'archivist (specs/session/spec.md:7)',
        kind: 'archivist',
        confidence: 0.95,
        sources: ['specs/session/spec.md:7'],
      },
    });
  });

  it('with what an archived change decided about the same question', async () => {
    expect(await ask('Should refresh tokens survive a password change?')).toMatchObject({
      answer: {
        text: '**Answer** (Ada, 2026-03-01): No, a password change revokes all of them.',
        sources: ['changes/archive/2026-03-02-tokens/design.md:13'],
      },
    });
  });

  it('a question for a reason with a sentence that gives one', async () => {
    const reply = await ask('Why are refresh tokens rotated at every use?');
    expect(reply).toMatchObject({ answer: { text: expect.stringContaining('because a stolen token') } });
  });

  it.each([
    'What is the session timeout, in minutes?',
    'Should refresh tokens survive a password change?',
    'Why are refresh tokens rotated at every use?',
  ])('word for word: its quotation stands in the file it names (%s)', async (text) => {
    const reply = await ask(text);
    if (reply.kind !== 'answered') throw new Error(reply.why);
    const [source = ''] = reply.answer.sources ?? [];
    const file = source.slice(0, source.lastIndexOf(':'));
    const line = Number.parseInt(source.slice(source.lastIndexOf(':') + 1), 10);
    const lines = documents.find((document) => document.file === file)?.text.split('\n') ?? [];
    expect(lines.slice(line - 1).join('\n')).toContain(reply.answer.text);
  });
});

describe('the archivist declines', () => {
  it.each([
    ['what nothing mentions', 'Which payment provider charges the refund?'],
    ['another number than the documents have', 'Is the session timeout 45 minutes?'],
    ['a name the documents do not have', 'Is the session timeout read from SESSION_TTL?'],
    ['what is asked about the opposite', 'Which session cookies are not marked HttpOnly?'],
    ['a quantity where no number is given', 'How many session cookies are marked HttpOnly?'],
    ['a reason where none is given', 'Why is the session timeout without activity 30 minutes?'],
    ['a question that is open in the archive too', 'Should refresh tokens be bound to a device?'],
    ['what was only considered', 'Should refresh tokens be stored encrypted in the browser database?'],
    ['what was before', 'Are tokens stored in local storage for 90 days?'],
    ['what a delta of an archived change said', 'How many sessions can a person have open at most?'],
    ['what is a task', 'Are email templates translated to German?'],
    ['what a scenario says under another condition', 'Is the cart kept when a person signs up?'],
    ['what is said of some and asked of all', 'Are all session cookies marked HttpOnly and SameSite=Strict?'],
    ['what one other verb would turn around', 'Shall the session timeout reset 30 minutes without activity?'],
    ['two words that could be about anything', 'Session timeout?'],
    ['nothing', '?'],
  ])('%s', async (_, text) => {
    const reply = await ask(text);
    expect(reply).toEqual({ kind: 'declined', why: expect.any(String) });
  });

  it('when two specs say different things, and names both', async () => {
    const other = spec
      .replace('be 30 minutes without', 'be 15 minutes without')
      .replace('# Session', '# Admin');
    const both = [...documents, { file: 'specs/session-admin/spec.md', text: other }];
    expect(await ask('What is the session timeout, in minutes?', { documents: both })).toMatchObject({
      why: expect.stringMatching(/specs\/session.*specs\/session.*different things/),
    });
  });

  it('to quote the very lines that the question stands in', async () => {
    const places = [{ file: 'specs/session/spec.md', line: 7 }];
    expect(await ask('What is the session timeout, in minutes?', { places })).toMatchObject({
      kind: 'declined',
    });
  });
});

describe('the archivist', () => {
  it('reads hostile documents and questions in time that grows with their size', async () => {
    const hostile = [
      {
        file: 'specs/x/spec.md',
        text: `${'#'.repeat(50_000)}\n${' '.repeat(100_000)}x\n${'- '.repeat(50_000)}`,
      },
      {
        file: 'specs/y/spec.md',
        text: `${'`'.repeat(100_000)}\n${'<!--'.repeat(20_000)}\n${'*'.repeat(100_000)}`,
      },
      { file: 'docs/z.md', text: `a${'-'.repeat(100_000)}b ${'/_.'.repeat(30_000)}` },
    ];
    const asked = await ask(`${'what '.repeat(500)}${'-'.repeat(1000)}?`, { documents: hostile });
    expect(asked.kind).toBe('declined');
  });

  it('sees a document anew when it has changed', async () => {
    const changing = [...documents];
    const archivist = createArchivist({ documents: async () => changing });
    const again = () =>
      archivist.ask(
        { question: 'q', text: 'What is the session timeout, in minutes?' },
        { idempotencyKey: 'k', signal: new AbortController().signal },
      );
    await again();
    changing[0] = { file: 'specs/session/spec.md', text: spec.replaceAll('30 minutes', '45 minutes') };
    expect(await again()).toMatchObject({ answer: { text: expect.stringContaining('45 minutes') } });
  });
});
