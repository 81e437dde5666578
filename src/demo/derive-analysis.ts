import type { PromptDocument } from './prompt-documents.ts';

/** Words with two readings, and what the scripted model would write in their place; '' where it would ask. */
const VAGUE: readonly (readonly [string, string])[] = [
  ['quickly', 'within 2 seconds'],
  ['promptly', 'within 2 seconds'],
  ['as fast as possible', 'within 2 seconds'],
  ['in a timely manner', 'within 24 hours'],
  ['periodically', 'once an hour'],
  ['user-friendly', ''],
  ['appropriate', ''],
  ['reasonable', ''],
  ['as needed', ''],
  ['where possible', ''],
  ['correctly', ''],
  ['large', ''],
];

/** Marks of something that nobody has decided. */
const OPEN = ['tbd', 'to be decided', 'to be defined', 'not decided', 'unclear', 'either '];

/** What the scripted model says about a change: each thing rests on a line that it was shown. */
export function derivedAnalysis(documents: readonly PromptDocument[]) {
  const places = documents.flatMap((document) =>
    document.lines.map(({ number, text }) => ({ document, file: document.file, line: number, text })),
  );
  const vague = places.flatMap((place) => {
    const found = VAGUE.find(([word]) => hasWord(place.text, word));
    return found === undefined || !isNormative(place.text)
      ? []
      : [{ ...place, word: found[0], instead: found[1] }];
  });
  const shown = vague.slice(0, 8);
  const open = places.filter(
    ({ text }) => !text.trim().endsWith('?') && OPEN.some((mark) => hasWord(text, mark.trim())),
  );
  return {
    findings: shown.map(({ file, line, text, word }) => ({
      kind: 'ambiguity',
      severity: 'warning',
      file,
      line,
      quote: text.trim(),
      message: `"${word}" has no measure: two people would build two things.`,
      why: 'Nobody can say when it is met.',
    })),
    questions: [
      ...shown
        .filter(({ instead }) => instead === '')
        .map((place) => question(place, `What does "${place.word}" mean in "${plain(place.text)}"?`)),
      ...open.map((place) => question(place, `What is to be decided where it says "${plain(place.text)}"?`)),
    ].slice(0, 5),
    edits: shown
      .flatMap(({ document, file, text, word, instead }, at) => {
        const isUnique = document.lines.filter((one) => one.text.includes(text.trim())).length === 1;
        if (instead === '' || !isUnique) return [];
        const anchor = text.trim();
        const edit = { op: 'replace-text', file, anchor, text: replaceWord(anchor, word, instead) };
        return [{ ...edit, reason: `"${word}" gets a measure.`, fixes: `F${at + 1}` }];
      })
      .slice(0, 5),
  };
}

function question(place: { file: string; line: number; text: string }, text: string) {
  const where = { file: place.file, line: place.line, quote: place.text.trim() };
  const options = alternatives(plain(place.text));
  const [recommended = ''] = options;
  return { text, why: 'The documents leave it open.', ...where, options, recommended, worth: 3 };
}

/** The two ways of "either by mail or by post"; none where the line has no such words. */
function alternatives(text: string): string[] {
  const from = text.toLowerCase().indexOf('either ');
  const or = text.toLowerCase().indexOf(' or ', from);
  if (from === -1 || or === -1) return [];
  const first = text.slice(from + 'either '.length, or).trim();
  const second = (text.slice(or + ' or '.length).split(/[.,;]/)[0] ?? '').trim();
  return first === '' || second === '' ? [] : [first, second];
}

/** A promise that somebody will build and test. */
function isNormative(text: string): boolean {
  return ['SHALL', 'MUST', 'THEN'].some((word) => text.includes(word));
}

function hasWord(text: string, word: string): boolean {
  const padded = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}-]+/gu, ' ')} `;
  return padded.includes(` ${word} `);
}

function replaceWord(text: string, word: string, instead: string): string {
  const at = text.toLowerCase().indexOf(word);
  return text.slice(0, at) + instead + text.slice(at + word.length);
}

/** The line without Markdown's marks, for quoting it in a sentence. */
function plain(text: string): string {
  return text
    .replace(/[*`#>]/g, '')
    .replace(/^[\s-]+/, '')
    .trim();
}
