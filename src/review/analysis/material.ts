import type { CapabilitySpec, DocumentFile, OpenSpecChange, Requirement } from '../../openspec/index.ts';
import { visibleLine, visibleLines } from './untrusted-text.ts';

/** A run of lines of one document: the smallest thing that can be shown to the model alone. */
export interface Passage {
  file: string;
  firstLine: number;
  lines: string[];
}

/** The documents of a change that a model reads, requirements first: what is built hangs on them. */
export function passagesOf(change: OpenSpecChange, nonce: string): Passage[] {
  const rank = (file: string) => (file.includes('/specs/') ? 0 : file.endsWith('/tasks.md') ? 2 : 1);
  return change.files
    .filter((document) => isReadable(document))
    .toSorted((a, b) => rank(a.file) - rank(b.file))
    .map((document) => ({ file: document.file, firstLine: 1, lines: visibleLines(document.text, nonce) }))
    .filter((passage) => passage.lines.some((line) => line.trim() !== ''));
}

/** Text in Markdown, with a name that can stand in a delimiter. */
function isReadable(document: DocumentFile): boolean {
  if (document.problem !== undefined) return false;
  return (
    document.file.endsWith('.md') &&
    visibleLine(document.file, '') === document.file &&
    !document.file.includes('>')
  );
}

/** Two halves of a passage, cut at the heading nearest to its middle, else in the middle; undefined for a single line. */
export function halves(passage: Passage): [Passage, Passage] | undefined {
  const { file, firstLine, lines } = passage;
  if (lines.length < 2) return undefined;
  const middle = lines.length / 2;
  const cut = lines.reduce(
    (best, line, at) => {
      if (at === 0 || !line.startsWith('#')) return best;
      return best === undefined || Math.abs(at - middle) < Math.abs(best - middle) ? at : best;
    },
    undefined as number | undefined,
  );
  const at = cut ?? Math.floor(middle);
  return [
    { file, firstLine, lines: lines.slice(0, at) },
    { file, firstLine: firstLine + at, lines: lines.slice(at) },
  ];
}

/** What stands in `specs/` now under the requirements that these files modify, remove or rename. */
export function referencesFor(
  change: OpenSpecChange,
  specs: readonly CapabilitySpec[],
  files: readonly string[],
  nonce: string,
): Passage[] {
  return change.deltas
    .filter((delta) => files.includes(delta.file))
    .flatMap((delta) => {
      const spec = specs.find((one) => one.capability === delta.capability);
      if (spec === undefined) return [];
      const names = new Set([
        ...delta.modified.map((requirement) => requirement.name),
        ...delta.removed.map((requirement) => requirement.name),
        ...delta.renamed.map((requirement) => requirement.from),
      ]);
      return spec.requirements
        .filter((requirement) => names.has(requirement.name))
        .map((requirement) => reference(spec.file, requirement, nonce));
    });
}

function reference(file: string, requirement: Requirement, nonce: string): Passage {
  const scenarios = requirement.scenarios.flatMap((scenario) => [
    `#### Scenario: ${scenario.name}`,
    ...scenario.steps.map((step) => `- ${step.keyword === 'none' ? '' : `${step.keyword} `}${step.text}`),
  ]);
  const text = [`### Requirement: ${requirement.name}`, requirement.body, ...scenarios].join('\n');
  return { file, firstLine: requirement.line, lines: visibleLines(text, nonce) };
}
