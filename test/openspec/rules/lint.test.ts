import { describe, expect, it } from 'vitest';
import { fromValidation, lint, RULES, type Rule } from '../../../src/openspec/rules/index.ts';
import { CHANGE, contextWith } from './reviewed-copy.ts';

const PROPOSAL = `changes/${CHANGE}/proposal.md`;
const TASKS = `changes/${CHANGE}/tasks.md`;

/** A rule that reports these places of the proposal. */
function pointer(id: string, lines: { line: number; endLine?: number }[]): Rule {
  const texts = { summary: '', why: `why ${id}`, bad: '', good: '' };
  const check = () => lines.map((place) => ({ file: PROPOSAL, message: 'here', ...place }));
  return { id, severity: 'warning', ...texts, check };
}

describe('lint', () => {
  it('orders findings by file, line and rule, whatever the order of the rules', async () => {
    const context = await contextWith(
      new Map([
        [PROPOSAL, '## What Changes\n- TODO\n\n## Impact\n- TBD\n'],
        [TASKS, '## 1. Work\n- [ ] 1.1 Session, sign, password and audit of the computer\n- [ ] 1.3 TODO\n'],
      ]),
    );
    const places = lint(context).map(({ file, line, rule }) => `${file.split('/').at(-1)}:${line} ${rule}`);
    expect(places).toEqual([
      'proposal.md:1 missing-why',
      'proposal.md:2 placeholder-text',
      'proposal.md:5 placeholder-text',
      'tasks.md:3 placeholder-text',
      'tasks.md:3 task-numbering-gap',
    ]);
    expect(lint(context, { rules: [...RULES].reverse() })).toEqual(lint(context));
  });

  it('gives each finding its change, and the reason of its rule', async () => {
    const [finding] = lint(await contextWith(new Map()), { rules: [pointer('a', [{ line: 2 }])] });
    expect(finding).toEqual({
      rule: 'a',
      severity: 'warning',
      file: PROPOSAL,
      line: 2,
      change: CHANGE,
      message: 'here',
      why: 'why a',
    });
  });

  it('keeps every finding on a line that exists', async () => {
    const context = await contextWith(new Map([[PROPOSAL, 'one\ntwo\n']]));
    const far = pointer('a', [{ line: 0 }, { line: 99, endLine: 120 }, { line: 2, endLine: 1 }]);
    const places = lint(context, { rules: [far] }).map(({ line, endLine }) => [line, endLine]);
    expect(places).toEqual([
      [1, undefined],
      [2, 2],
      [2, 2],
    ]);
  });

  it('takes severities, and leaves out a rule that is off', async () => {
    const context = await contextWith(new Map([[PROPOSAL, '## What Changes\n- TODO\n']]));
    const findings = lint(context, { severities: { 'missing-why': 'off', 'placeholder-text': 'error' } });
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['placeholder-text', 'error']]);
  });

  it('turns a rule that throws into one finding, and runs the others', async () => {
    const broken: Rule = {
      ...pointer('broken', []),
      check: () => {
        throw new Error('no such thing');
      },
    };
    const findings = lint(await contextWith(new Map()), { rules: [broken, pointer('a', [{ line: 1 }])] });
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['a', 'warning'],
      ['rule-failed', 'info'],
    ]);
    expect(findings[1]?.message).toContain('broken');
    expect(findings[1]?.message).toContain('no such thing');
  });
});

describe('fromValidation', () => {
  it('turns the issues of the strict validation into findings of the same weight', () => {
    const file = 'changes/a/specs/b/spec.md';
    const issue = { file, line: 3, message: 'm' };
    const findings = fromValidation('a', [
      { level: 'ERROR', ...issue },
      { level: 'WARNING', ...issue },
      { level: 'INFO', ...issue },
    ]);
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'info']);
    expect(findings[0]).toEqual({ rule: 'openspec-strict', severity: 'error', change: 'a', ...issue });
  });
});
