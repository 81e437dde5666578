import { splitLines } from '../../lines.ts';
import type { OpenSpecChange, RuleReport } from '../../model.ts';
import { withoutBullet } from '../language/sentences.ts';
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
    const present = mentioned(tasksFile.text);
    return [...gapsInGroups(change, present), ...missingGroups(change, present)].map((gap) => ({
      file: tasksFile.file,
      ...gap,
    }));
  },
};

type Gap = Pick<RuleReport, 'line' | 'message'>;

/** The tasks with a number of the form 2.3, by group, in order. */
function numberedTasks({ tasks }: OpenSpecChange): Map<number, { number: number; line: number }[]> {
  const groups = new Map<number, { number: number; line: number }[]>();
  for (const { id, line } of tasks) {
    const [group, number, ...more] = (id ?? '').split('.').map(Number);
    if (group === undefined || number === undefined || more.length > 0) continue;
    if (!Number.isInteger(group) || !Number.isInteger(number)) continue;
    groups.set(group, [...(groups.get(group) ?? []), { number, line }]);
  }
  return groups;
}

function gapsInGroups(change: OpenSpecChange, present: ReadonlySet<string>): Gap[] {
  return [...numberedTasks(change)].flatMap(([group, tasks]) => {
    // Numbers that start at 0, or run on through the groups, start where the first task does.
    let expected = tasks[0]?.number === 0 ? 0 : 1;
    return tasks.flatMap(({ number, line }) => {
      const missing = between(expected, number)
        .map((absent) => `${group}.${absent}`)
        .filter((id) => !present.has(id));
      expected = Math.max(expected, number + 1);
      return missing.length === 0 ? [] : [{ line, message: `There is no task ${missing.join(', ')}` }];
    });
  });
}

function missingGroups(change: OpenSpecChange, present: ReadonlySet<string>): Gap[] {
  const groups = [...numberedTasks(change)].sort(([a], [b]) => a - b);
  let expected = Math.min(1, groups[0]?.[0] ?? 1);
  return groups.flatMap(([group, tasks]) => {
    const missing = between(expected, group).filter((absent) => !present.has(`${absent}`));
    expected = group + 1;
    if (missing.length === 0) return [];
    return [{ line: tasks[0]?.line ?? 1, message: `There is no task of group ${missing.join(', ')}` }];
  });
}

/** A number that stands at the start of a line is not lost, whatever the line is: a heading, a note, a comment. */
function mentioned(text: string): Set<string> {
  const found = new Set<string>();
  for (const raw of splitLines(text)) {
    const words = withoutBullet(raw.replace(/^\s*(?:<!--\s*)?/, '').replace(/^#{1,6}\s+/, ''));
    const number = /^(?:\[.\]\s*)?[*_~]{0,4}(?:\w{1,10}\s)?(\d{1,4}(?:\.\d{1,4}){0,3})/.exec(words)?.[1];
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
