import { RULES } from './catalogue/index.ts';
import type { Rule } from './rule.ts';

const HEAD = `# Rules

What the rule reviewer looks for in a change. It needs no model, and gives the same findings for the same documents.
This page is made from the rules themselves: \`npx vitest run test/openspec/rules/document.test.ts -u\` writes it anew.

- **error** is certainly wrong, **warning** most likely, **info** worth a look.
- \`review.severities\` in \`specloop.yaml\` gives a rule another severity, or \`off\`.
- In the examples, a line \`=== PATH\` starts a file: below the change, or below the root where it starts with \`/\`. Files
  that are not shown are those of a change without defects.

Three ids are no rules of ours: \`openspec-strict\` is what OpenSpec's own strict validation says, \`model-…\` is what the
model found, and \`rule-failed\` says that one of our rules broke (please report it).
`;

/** The page docs/rules.md. */
export function rulesDocument(rules: readonly Rule[] = RULES): string {
  const rows = rules.map(({ id, severity, summary }) => `| [${id}](#${id}) | ${severity} | ${summary} |`);
  const table = ['| rule | severity | finds |', '|---|---|---|', ...rows].join('\n');
  return `${[HEAD, table, '', ...rules.map(describeRule)].join('\n')}\n`;
}

function describeRule({ id, severity, summary, why, bad, good }: Rule): string {
  return `## ${id}

${severity}: ${summary}

${why}

With the defect:

${example(bad)}

Without it:

${example(good)}
`;
}

function example(text: string): string {
  return ['~~~markdown', text.trimEnd(), '~~~'].join('\n');
}
