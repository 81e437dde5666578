import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS, render } from '../../../src/review/index.ts';
import { reviewResult } from '../../../src/review/review-result.ts';
import type { Finding } from '../../../src/types/index.ts';

const spec = 'changes/add-x/specs/a b/spec.md';
const findings: Finding[] = [
  {
    rule: 'vague-outcome',
    severity: 'warning',
    file: spec,
    line: 12,
    endLine: 13,
    change: 'add-x',
    message: 'Vague.',
  },
  {
    rule: 'missing-why',
    severity: 'error',
    file: 'changes/add-x/proposal.md',
    line: 1,
    change: 'add-x',
    message: 'No why.',
  },
  {
    rule: 'model-ambiguity',
    severity: 'info',
    file: spec,
    line: 3,
    change: 'add-x',
    message: 'Two readings.',
  },
];
const result = reviewResult('/home/ada/shop/openspec', ['add-x', 'add-y'], findings);

const hostile = reviewResult(
  '/r',
  ['add-x'],
  [
    {
      rule: 'model-ambiguity',
      severity: 'warning',
      file: 'changes/add-x/a,b:c.md',
      line: 2,
      change: 'add-x',
      message:
        '\u001b]0;title\u0007::error::gone\n::set-output name=x::y | <img src=x> [a](http://x) @team 100%',
    },
  ],
);

it('every format ends with a line break, and an empty review is an answer, too', () => {
  const empty = reviewResult('/r', ['add-y'], []);
  for (const format of REPORT_FORMATS) expect(render(format, result)).toMatch(/\n$/);
  expect(render('text', empty)).toBe('1 change reviewed: nothing found\n');
  expect(JSON.parse(render('json', empty))).toEqual({
    version: 1,
    root: '/r',
    changes: ['add-y'],
    findings: [],
    summary: { error: 0, warning: 0, info: 0 },
  });
  expect(render('github', empty)).toBe('');
});

it('the findings stand in order of file, line, rule, whatever order they came in', () => {
  const again = reviewResult(result.root, result.changes, findings.toReversed());
  expect(again).toEqual(result);
  expect(again.findings.map((finding) => finding.line)).toEqual([1, 3, 12]);
});

describe('text', () => {
  it('names each file once, then line, severity, message and rule, and the sum', () => {
    expect(render('text', result)).toBe(
      [
        'changes/add-x/proposal.md',
        '  1  error    No why.  missing-why',
        '',
        spec,
        '   3  info     Two readings.  model-ambiguity',
        '  12  warning  Vague.  vague-outcome',
        '',
        '2 changes reviewed: 1 error, 1 warning, 1 info',
        '',
      ].join('\n'),
    );
  });

  it('has colours only when asked, and none that a document put there', () => {
    expect(render('text', result)).not.toContain('\u001b');
    expect(render('text', result, { color: true })).toContain('\u001b[31merror');
    expect(render('text', hostile)).not.toContain('\u001b');
    expect(render('text', hostile).split('\n')).toHaveLength(5);
  });
});

it('github: each finding is one workflow command at its line, which no message can leave', () => {
  expect(render('github', result, { pathPrefix: 'openspec' })).toBe(
    [
      '::error file=openspec/changes/add-x/proposal.md,line=1,title=missing-why::No why.',
      `::notice file=openspec/${spec},line=3,title=model-ambiguity::Two readings.`,
      `::warning file=openspec/${spec},line=12,endLine=13,title=vague-outcome::Vague.`,
      '',
    ].join('\n'),
  );
  const lines = render('github', hostile).trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^::warning file=changes\/add-x\/a%2Cb%3Ac\.md,line=2,title=model-ambiguity::/);
  expect(lines[0]).toMatch(/100%25$/);
});

describe('sarif', () => {
  it('names tool, rule, level and place of every finding', () => {
    const log = JSON.parse(render('sarif', result, { pathPrefix: 'openspec' }));
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('specloop');
    const rules = run.tool.driver.rules;
    for (const one of run.results) expect(rules[one.ruleIndex].id).toBe(one.ruleId);
    expect(run.results[2]).toMatchObject({
      ruleId: 'vague-outcome',
      level: 'warning',
      message: { text: 'Vague.' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'openspec/changes/add-x/specs/a%20b/spec.md' },
            region: { startLine: 12, endLine: 13 },
          },
        },
      ],
    });
  });

  it('without a repository, files are relative to the root that it names', () => {
    const [run] = JSON.parse(render('sarif', result)).runs;
    expect(run.originalUriBaseIds.ROOT.uri).toBe('file:///home/ada/shop/openspec/');
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uriBaseId).toBe('ROOT');
  });

  it('knows a finding again when its line has moved, and tells equal ones apart', () => {
    const prints = (all: Finding[]) =>
      JSON.parse(render('sarif', reviewResult('/r', ['add-x'], all))).runs[0].results.map(
        (one: { partialFingerprints: Record<string, string> }) =>
          one.partialFingerprints['specloopFinding/v1'],
      );
    const [first] = findings;
    if (first === undefined) throw new Error('there is a first finding');
    expect(prints([first])).toEqual(prints([{ ...first, line: 90, endLine: 91 }]));
    expect(new Set(prints([first, { ...first, line: 90 }])).size).toBe(2);
  });
});

it('markdown: a section a change, the worst first, with nothing in it that acts', () => {
  const text = render('markdown', result);
  expect(text.indexOf('No why')).toBeLessThan(text.indexOf('Vague'));
  expect(text).toContain('## add-y\n\nNothing found.');
  const written = render('markdown', hostile);
  const kinds = new Set(kindsOf(fromMarkdown(written)));
  expect([...kinds].sort()).toEqual(['heading', 'inlineCode', 'paragraph', 'root', 'text']);
  expect(written).not.toContain('@team');
  const row = written.trimEnd().split('\n').at(-1) ?? '';
  expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
});

function kindsOf(node: Nodes): string[] {
  return [node.type, ...('children' in node ? node.children.flatMap(kindsOf) : [])];
}
