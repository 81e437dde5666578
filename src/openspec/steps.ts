import type { Scenario } from './model.ts';
import type { MarkedLines } from './requirements.ts';

type Step = Scenario['steps'][number];

const keywords = ['GIVEN', 'WHEN', 'THEN', 'AND', 'BUT'] as const;

/**
 * The steps of a scenario: one entry a bullet or numbered item, and one for a bare line that opens with a keyword.
 * Wrapped lines belong to the step above them; fenced lines to none.
 */
export function parseSteps({ lines, fenced }: MarkedLines, from: number, to: number): Step[] {
  const steps: Step[] = [];
  let open: Step | undefined;
  for (let index = from; index < to; index += 1) {
    const line = fenced[index] ? '' : (lines[index] ?? '').trim();
    if (line === '' || line.startsWith('#')) {
      open = undefined;
      continue;
    }
    const item = withoutBullet(line);
    const step = readStep(item ?? line, index + 1);
    const opens = step.keyword !== 'none' && (open === undefined || isEmphatic(line));
    if (item !== undefined || opens) {
      open = step;
      steps.push(step);
    } else if (open !== undefined) {
      open.text = `${open.text} ${line}`.trim();
    }
  }
  return steps;
}

/** The text of a list item, undefined where the line does not begin one. */
export function withoutBullet(line: string): string | undefined {
  const bullet = /^[-*+]\s+/.exec(line) ?? /^\d{1,9}[.)]\s+/.exec(line);
  return bullet === null ? undefined : line.slice(bullet[0].length);
}

/** `**THEN** …` or `THEN …` begins a step even right under another; `then …` there is a wrapped line. */
function isEmphatic(line: string): boolean {
  return /^(?:\*\*|__)?(?:GIVEN|WHEN|THEN|AND|BUT)\b/.test(line);
}

function readStep(text: string, line: number): Step {
  const opening = /^[*_`]{0,3}([A-Za-z]{3,5})\b/.exec(text);
  const word = opening?.[1]?.toUpperCase();
  const keyword = keywords.find((known) => known === word);
  if (opening === null || keyword === undefined) return { keyword: 'none', text, line };
  const rest = text.slice(opening[0].length).replace(/^[*_`]{0,3}:?[*_`]{0,3}/, '');
  return { keyword, text: rest.trim(), line };
}
