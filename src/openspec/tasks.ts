import { fenceMask, headingLevel, headingText, splitLines } from './lines.ts';
import type { Task } from './model.ts';

/**
 * The checkboxes of tasks.md. Which lines count agrees with OpenSpec, which archives by that count: a box holds at most
 * one mark, only `x` means done, and a box in a fence or a comment counts too.
 */
export function parseTasks(text: string): Task[] {
  const lines = splitLines(text);
  const fenced = fenceMask(lines);
  const tasks: Task[] = [];
  let group: string | undefined;
  lines.forEach((line, index) => {
    if (!fenced[index] && headingLevel(line) >= 2) group = headingText(line);
    const box = readBox(line);
    if (box === undefined) return;
    const numbered = /^(\d+(?:\.\d+)*[A-Za-z]?)[.)]?(?=\s|$)/.exec(box.text);
    tasks.push({
      id: numbered?.[1],
      text: numbered === null ? box.text : box.text.slice(numbered[0].length).trim(),
      group,
      done: box.done,
      line: index + 1,
    });
  });
  return tasks;
}

function readBox(line: string): { done: boolean; text: string } | undefined {
  const marker = /^(?:[-*+]|\d{1,9}[.)])/.exec(line.trimStart());
  if (marker === null) return undefined;
  const rest = line.trimStart().slice(marker[0].length).trimStart();
  const end = rest.indexOf(']');
  if (!rest.startsWith('[') || end === -1) return undefined;
  const inside = rest.slice(1, end);
  const mark = inside.trim();
  const after = rest.slice(end + 1);
  const blank = inside !== '' && mark === '';
  // `[a](b)` and `[a][b]` are links; `[ ](b)` is still a box
  if (mark.length > 1 || (!blank && /^[([]/.test(after))) return undefined;
  return { done: mark.toLowerCase() === 'x', text: after.trim() };
}
