import { splitLines } from '../../lines.ts';
import type { OpenSpecChange, RuleReport } from '../../model.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'task-numbering-gap',
  severity: 'warning',
  summary: 'The numbers of the tasks skip one.',
  why: 'A skipped number is most often a task that was lost when the file was rewritten.',
  bad: `=== tasks.md
## 1. Sessions

- [ ] 1.1 Write an audit entry when a session ends
- [ ] 1.3 Sign people out of a shared computer after 30 idle minutes
`,
  good: `=== tasks.md
## 1. Sessions

- [ ] 1.1 Write an audit entry when a session ends
- [ ] 1.2 Sign people out of a shared computer after 30 idle minutes
`,
  check({ change }) {
    const { tasksFile } = change;
    if (tasksFile === undefined) return [];
    let known: Set<string> | undefined;
    const isPresent: IsPresent = (id) => {
      known ??= mentioned(tasksFile.text);
      return known.has(id);
    };
    return [...gapsInGroups(change, isPresent), ...missingGroups(change, isPresent)].map((gap) => ({
      file: tasksFile.file,
      ...gap,
    }));
  },
};

type Gap = Pick<RuleReport, 'line' | 'message'>;
/** Whether a task, or a group, is mentioned anywhere. Only a file with gaps is searched for that. */
type IsPresent = (id: string) => boolean;

/** The tasks with a number of the form 2.3, by group, in order. */
function numberedTasks({ tasks }: OpenSpecChange): Map<number, { number: number; line: number }[]> {
  const groups = new Map<number, { number: number; line: number }[]>();
  for (const { id, line } of tasks) {
    const [group, number, ...more] = (id ?? '').split('.').map(Number);
    if (group === undefined || number === undefined || more.length > 0) continue;
    if (!Number.isInteger(group) || !Number.isInteger(number)) continue;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [{ number, line }]);
    else known.push({ number, line });
  }
  return groups;
}

function gapsInGroups(change: OpenSpecChange, isPresent: IsPresent): Gap[] {
  const groups = [...numberedTasks(change)];
  const oneCount = countsThrough(groups.map(([, tasks]) => tasks.map(({ number }) => number)));
  return groups.flatMap(([group, tasks]) => {
    const first = tasks[0]?.number ?? 1;
    let expected = oneCount ? first : Math.min(1, first);
    return tasks.flatMap(({ number, line }) => {
      const missing = between(expected, number)
        .map((absent) => `${group}.${absent}`)
        .filter((id) => !isPresent(id));
      expected = Math.max(expected, number + 1);
      return missing.length === 0 ? [] : [{ line, message: `There is no task ${missing.join(', ')}` }];
    });
  });
}

/** Whether the numbers run on from group to group (1.1, 1.2, 2.3, 2.4) instead of starting anew. */
function countsThrough(groups: number[][]): boolean {
  return (
    groups.length > 1 &&
    groups.every((numbers, at) => at === 0 || numbers[0] === (groups[at - 1]?.at(-1) ?? 0) + 1)
  );
}

function missingGroups(change: OpenSpecChange, isPresent: IsPresent): Gap[] {
  const groups = [...numberedTasks(change)].sort(([a], [b]) => a - b);
  let expected = Math.min(1, groups[0]?.[0] ?? 1);
  return groups.flatMap(([group, tasks]) => {
    const missing = between(expected, group).filter((absent) => !isPresent(`${absent}`));
    expected = group + 1;
    if (missing.length === 0) return [];
    return [{ line: tasks[0]?.line ?? 1, message: `There is no task of group ${missing.join(', ')}` }];
  });
}

/** A number that stands at the start of a line is not lost, whatever the line is: a heading, a note, a comment. */
function mentioned(text: string): Set<string> {
  const found = new Set<string>();
  for (const raw of splitLines(text)) {
    const words = raw
      .trimStart()
      .replace(/^<!--/, '')
      .replace(/^[-*+#\s]{1,12}/, '');
    const number = /^(?:\[.\]\s?)?[*_~]{0,4}(?:\w{1,10}\s)?(\d{1,4}(?:\.\d{1,4}){0,3})/.exec(words)?.[1];
    if (number === undefined) continue;
    const parts = number.split('.');
    // 2.3.1 stands for 2.3 and 2 as well.
    for (let length = parts.length; length > 0; length -= 1) found.add(parts.slice(0, length).join('.'));
  }
  return found;
}

/** The whole numbers from `from` up to, not including, `to`: a hundred at most, as 2.2026 is a date and no gap. */
function between(from: number, to: number): number[] {
  const count = to - from;
  return count > 0 && count <= 100 ? Array.from({ length: count }, (_, index) => from + index) : [];
}
