import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { lint } from '../../../src/openspec/rules/index.ts';
import { CHANGE, contextWith } from './reviewed-copy.ts';

const FIXTURE = new URL('../../fixtures/rules/openspec/', import.meta.url);
const PROPOSAL = `changes/${CHANGE}/proposal.md`;
const SPEC = `changes/${CHANGE}/specs/sessions/spec.md`;
const TASKS = `changes/${CHANGE}/tasks.md`;

interface Defect {
  /** what somebody did to the documents; OpenSpec's strict validation passes each */
  name: string;
  file: string;
  seed: (text: string) => string;
  rule: string;
  severity: 'error' | 'warning' | 'info';
}

const replaced = (find: string | RegExp, replace: string) => (text: string) => text.replace(find, replace);

const DEFECTS: Defect[] = [
  {
    name: 'SHALL negated',
    file: SPEC,
    seed: replaced('SHALL sign a person', 'SHALL NOT sign a person'),
    rule: 'negated-requirement',
    severity: 'warning',
  },
  {
    name: 'SHALL negated in the middle',
    file: SPEC,
    seed: replaced('SHALL write one entry for', 'MUST NOT write one entry for'),
    rule: 'negated-requirement',
    severity: 'warning',
  },
  {
    name: 'outcome weakened to may',
    file: SPEC,
    seed: replaced('SHALL sign the person', 'may sign the person'),
    rule: 'weakened-outcome',
    severity: 'warning',
  },
  {
    name: 'second outcome weakened to might',
    file: SPEC,
    seed: replaced('request SHALL be', 'request might be'),
    rule: 'weakened-outcome',
    severity: 'warning',
  },
  {
    name: 'THEN lines dropped',
    file: SPEC,
    seed: replaced(/^- \*\*(?:THEN|AND)\*\*.*\n/gm, ''),
    rule: 'requirement-without-outcome',
    severity: 'error',
  },
  {
    name: 'THEN dropped, its AND kept',
    file: SPEC,
    seed: replaced(/^- \*\*THEN\*\*.*\n/gm, ''),
    rule: 'requirement-without-outcome',
    severity: 'error',
  },
  {
    name: 'THEN emptied',
    file: SPEC,
    seed: replaced('- **THEN** the session SHALL go on', '- **THEN**'),
    rule: 'requirement-without-outcome',
    severity: 'error',
  },
  {
    name: 'outcome made vague',
    file: SPEC,
    seed: replaced('the session SHALL go on', 'it SHALL work correctly'),
    rule: 'vague-outcome',
    severity: 'warning',
  },
  {
    name: 'outcome made vague in other words',
    file: SPEC,
    seed: replaced('the session SHALL go on', 'everything is handled appropriately'),
    rule: 'vague-outcome',
    severity: 'warning',
  },
  {
    name: 'body to be determined',
    file: SPEC,
    seed: replaced(/^The system SHALL sign.*$/m, 'The system SHALL do this (TBD).'),
    rule: 'placeholder-text',
    severity: 'warning',
  },
  {
    name: 'Why removed',
    file: PROPOSAL,
    seed: replaced(/## Why[^#]*/, ''),
    rule: 'missing-why',
    severity: 'error',
  },
  {
    name: 'Why emptied',
    file: PROPOSAL,
    seed: replaced(/## Why[^#]*/, '## Why\n\n'),
    rule: 'missing-why',
    severity: 'error',
  },
  {
    name: 'absent capability named',
    file: PROPOSAL,
    seed: replaced('## Impact', '- `ghosts`: who haunts the house\n\n## Impact'),
    rule: 'capability-not-found',
    severity: 'warning',
  },
  {
    name: 'every second task deleted',
    file: TASKS,
    seed: replaced(/^- \[ \] \d\.2.*\n/gm, ''),
    rule: 'task-numbering-gap',
    severity: 'warning',
  },
  {
    name: 'first tasks deleted',
    file: TASKS,
    seed: replaced(/^- \[ \] 1\.[12].*\n/gm, ''),
    rule: 'task-numbering-gap',
    severity: 'warning',
  },
  {
    name: 'last tasks deleted',
    file: TASKS,
    seed: replaced(/^- \[ \] 2.*\n/gm, ''),
    rule: 'empty-task-group',
    severity: 'warning',
  },
  {
    name: 'contradicting sibling',
    file: SPEC,
    seed: (text) =>
      `${text}\n### Requirement: Long sessions\nThe system SHALL NOT sign a person out after 30 minutes without a request.\n\n#### Scenario: Night shift\n- **WHEN** nobody touches the computer all night\n- **THEN** the start page is shown in the morning\n`,
    rule: 'contradicting-requirement',
    severity: 'warning',
  },
  {
    name: 'sibling with another number',
    file: SPEC,
    seed: (text) =>
      `${text}\n### Requirement: Short sessions\nThe system SHALL sign a person out after 10 minutes without a request.\n\n#### Scenario: Coffee\n- **WHEN** the person fetches a coffee\n- **THEN** the sign-in page is shown\n`,
    rule: 'contradicting-requirement',
    severity: 'warning',
  },
  {
    name: 'stale MODIFIED target',
    file: SPEC,
    seed: replaced('## ADDED', '## MODIFIED'),
    rule: 'modified-target-missing',
    severity: 'error',
  },
  {
    name: 'trigger dropped',
    file: SPEC,
    seed: replaced(/^- \*\*WHEN\*\*.*30 minutes old\n/m, ''),
    rule: 'scenario-without-trigger',
    severity: 'warning',
  },
  {
    name: 'template left in place',
    file: PROPOSAL,
    seed: replaced(/^Sessions outlive.*$/m, '<!-- Explain the motivation for this change. -->'),
    rule: 'placeholder-text',
    severity: 'warning',
  },
];

for (const { name, file, seed, rule, severity } of DEFECTS) {
  it(`finds ${rule} where the defect is: ${name}`, async () => {
    const clean = await readFile(new URL(file, FIXTURE), 'utf8');
    const seeded = seed(clean);
    expect(seeded).not.toBe(clean);
    const found = lint(await contextWith(new Map([[file, seeded]]))).filter(
      (finding) => finding.rule === rule,
    );
    expect(found.map((finding) => [finding.file, finding.severity])).toContainEqual([file, severity]);
  });
}

it('finds capability-not-named and the missing target where a delta lies in a stale folder', async () => {
  const delta = await readFile(new URL(SPEC, FIXTURE), 'utf8');
  const stale = SPEC.replace('sessions', 'logins');
  const files = new Map([
    [SPEC, ''],
    [stale, delta.replace('## ADDED', '## MODIFIED')],
  ]);
  const found = lint(await contextWith(files)).map(({ rule }) => rule);
  expect(found).toContain('capability-not-found');
  expect(found).toContain('modified-target-missing');
});

/** What looks like a defect and is none: a false finding costs more trust than a missed one. */
const HARMLESS: Pick<Defect, 'name' | 'file' | 'seed'>[] = [
  {
    name: 'a prohibition that its scenario shows',
    file: SPEC,
    seed: (text) =>
      `${text}\n### Requirement: Audit without passwords\nThe system MUST NOT write a password into the audit log.\n\n#### Scenario: Failed attempt\n- **WHEN** a person gives a wrong password\n- **THEN** the audit log gets an entry without the password\n`,
  },
  {
    name: 'a placeholder that is spoken about',
    file: PROPOSAL,
    seed: (text) => `${text}- TODO comments of the old store are resolved, and \`TBD\` is no longer shown.\n`,
  },
  {
    name: 'a person who may do something',
    file: SPEC,
    seed: replaced('show the sign-in page', 'show the sign-in page\n- **AND** the user may sign in again'),
  },
  {
    name: 'a may in what the outcome says',
    file: SPEC,
    seed: replaced('show the sign-in page', 'show a message that says why others may have seen the page'),
  },
  {
    name: 'the same obligation under another condition',
    file: SPEC,
    seed: (text) =>
      `${text}\n### Requirement: Idle sign-out of administrators\nThe system SHALL sign an administrator out after 10 minutes without a request.\n\n#### Scenario: Quiet administrator\n- **WHEN** the last request of an administrator is 10 minutes old\n- **THEN** the administrator is signed out\n`,
  },
  {
    name: 'tasks whose numbers run on through the groups',
    file: TASKS,
    seed: (text) => text.replace('2.1', '2.4').replace('2.2', '2.5').replace('2.3', '2.6'),
  },
  {
    name: 'a task that was put into a comment',
    file: TASKS,
    seed: replaced(
      '- [ ] 1.2 Sign people out',
      '<!-- 1.2 moved to another change -->\n- [ ] 1.4 Sign people out',
    ),
  },
  {
    name: 'scenarios in another language',
    file: SPEC,
    seed: (text) =>
      text
        .replaceAll('**WHEN**', '**WENN**')
        .replaceAll('**THEN**', '**DANN**')
        .replaceAll('**AND**', '**UND**')
        .replaceAll('**GIVEN**', '**ANGENOMMEN**'),
  },
];

for (const { name, file, seed } of HARMLESS) {
  it(`finds nothing in ${name}`, async () => {
    const clean = await readFile(new URL(file, FIXTURE), 'utf8');
    const changed = seed(clean);
    expect(changed).not.toBe(clean);
    expect(lint(await contextWith(new Map([[file, changed]])))).toEqual([]);
  });
}
