import { UserError } from '../errors.ts';
import type { OpenSpecChange, OpenSpecRoot } from '../openspec/index.ts';

/** What a person saves in the demo: a question, something undecided, and a promise that nobody can measure. */
export interface PersonEdit {
  change: string;
  /** the bullet under `## Open Questions`, and the sentence that leaves something open, both in the design */
  question: string;
  undecided: string;
  designFile: string;
  /** the sentence without a measure, in a requirement */
  vague: string;
  specFile: string;
  /** the new texts by file, relative to the root */
  texts: Map<string, string>;
}

/**
 * What the person of the demo would write into the first change that has open questions in its design, and a requirement
 * that it adds. It is made of the change's own words: another example gives another edit.
 *
 * @throws UserError when no change of the folder has both
 */
export function personEdit({ root, changes }: OpenSpecRoot): PersonEdit {
  for (const change of changes) {
    const edit = editOf(change);
    if (edit !== undefined) return edit;
  }
  throw new UserError(
    'the demo needs a change with open questions in its design.md and an added requirement',
    {
      which: root,
      code: 'demo-example',
    },
  );
}

function editOf({ id, design, deltas, files, openQuestions }: OpenSpecChange): PersonEdit | undefined {
  const lastQuestion = openQuestions.findLast(({ file }) => file === design?.file);
  const delta = deltas.find(({ added }) => added.length > 0);
  const spec = files.find(({ file }) => file === delta?.file);
  const [requirement, other = { name: 'everything else' }] = deltas.flatMap(({ added }) => added);
  if (design === undefined || lastQuestion === undefined) return undefined;
  if (spec === undefined || requirement === undefined) return undefined;

  const question = `Which team looks after "${requirement.name}" once it is live?`;
  const undecided = `Not decided: either ${requirement.name} or ${other.name} is built first.`;
  const vague = 'It SHALL be done promptly.';
  const context = design.sections.find(({ level, body }) => level === 2 && body.trim() !== '');
  const { body: contextBody, bodyLine: contextLine } = context ?? { body: '', bodyLine: 1 };
  // From the bottom up: what stands above keeps its line.
  const asked = insertAfter(design.text, lastQuestion.endLine, [`- ${question}`]);
  const designText = insertAfter(asked, lastTextLine(contextBody, contextLine), ['', undecided]);
  const specText = insertAfter(spec.text, lastTextLine(requirement.body, requirement.bodyLine), [vague]);
  return {
    change: id,
    question,
    undecided,
    designFile: design.file,
    vague,
    specFile: spec.file,
    texts: new Map([
      [design.file, designText],
      [spec.file, specText],
    ]),
  };
}

function lastTextLine(body: string, bodyLine: number): number {
  return bodyLine + body.split('\n').findLastIndex((line) => line.trim() !== '');
}

/** @param line counts from 1 */
function insertAfter(text: string, line: number, lines: readonly string[]): string {
  return text
    .split('\n')
    .toSpliced(line, 0, ...lines)
    .join('\n');
}
