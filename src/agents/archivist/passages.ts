import { isHeading, isListItem, isRule, isTableRow, markerLength } from './lines.ts';
import { sectionStanding } from './standing.ts';

/** A text of the root. `file` is relative to it. */
export interface ArchiveDocument {
  file: string;
  text: string;
}

/**
 * Lines that can be quoted: a paragraph or list item that states something, the steps of a scenario, or what stands as
 * the answer under a question.
 */
export interface Passage {
  kind: 'statement' | 'steps' | 'answer';
  file: string;
  line: number;
  endLine: number;
  /** word for word, without the mark of a first bullet */
  text: string;
  /** the headings it stands under, outermost first, one a line */
  context: string;
  /** the item it belongs to, or the question it answers; empty when it stands for itself */
  above: string;
}

interface Block {
  line: number;
  endLine: number;
  depth: number;
  text: string;
  list: boolean;
}

/** Splits a document into passages. Only lines that state something: no fences, tables, comments, nor open questions. */
export function passagesOf({ file, text }: ArchiveDocument): Passage[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const headings: { level: number; title: string }[] = [];
  const passages: Passage[] = [];
  let pending: string[] = [];
  let start = 0;
  let fence: string | undefined;
  let comment = false;

  const flush = () => {
    if (pending.length > 0) passages.push(...sectionPassages({ file, lines: pending, start, headings }));
    pending = [];
  };
  lines.forEach((line, at) => {
    const trimmed = line.trimStart();
    if (fence !== undefined) {
      if (trimmed.startsWith(fence)) fence = undefined;
      return;
    }
    if (comment || trimmed.startsWith('<!--')) {
      comment = !line.includes('-->');
      return;
    }
    const opened = ['```', '~~~'].find((mark) => trimmed.startsWith(mark));
    if (opened !== undefined) {
      fence = opened;
      flush();
      return;
    }
    const level = isHeading(line);
    if (level === 0) {
      if (pending.length === 0) start = at;
      pending.push(line);
      return;
    }
    flush();
    while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
    headings.push({ level, title: line.slice(level).trim() });
  });
  flush();
  return passages;
}

function sectionPassages(section: {
  file: string;
  lines: string[];
  start: number;
  headings: { title: string }[];
}): Passage[] {
  const { file, lines, start, headings } = section;
  const titles = headings.map(({ title }) => title);
  const standing = sectionStanding(titles);
  if (standing === 'not-a-statement') return [];
  const blocks = blocksOf(lines, start);
  const scenario = titles.at(-1)?.toLowerCase().startsWith('scenario') ?? false;
  const context = titles.join('\n');
  const quoted = (kind: Passage['kind'], block: Block, above: string): Passage => {
    const { line, endLine, text } = block;
    return { kind, file, line: line + 1, endLine: endLine + 1, text, context, above };
  };
  if (scenario) {
    const whole = joined(blocks, lines, start);
    return whole === undefined ? [] : [quoted('steps', whole, '')];
  }
  return blocks.flatMap((block, at) => {
    const above = leadIn(blocks, at);
    if (isAnswer(block.text) && above.includes('?')) return [quoted('answer', block, above)];
    // Under open questions only what answers one is a statement.
    return standing === 'open' ? [] : [quoted('statement', block, above)];
  });
}

/** The item that a nested one belongs to, or the line that ends in a colon or question mark right above it. */
function leadIn(blocks: Block[], at: number): string {
  const block = blocks[at];
  for (let before = at - 1; block !== undefined && before >= 0; before -= 1) {
    const other = blocks[before];
    if (other === undefined) break;
    const parent = other.list && other.depth < block.depth;
    const introduces = before === at - 1 && /[:?]\W*$/u.test(other.text.slice(-6));
    if (parent || introduces) return other.text;
  }
  return '';
}

function isAnswer(text: string): boolean {
  const head = text.slice(0, 20).replaceAll('*', '').toLowerCase();
  return ['a:', 'a (', 'answer', '→', 'resolved', 'decision', 'decided'].some((mark) =>
    head.startsWith(mark),
  );
}

function blocksOf(lines: string[], start: number): Block[] {
  const blocks: Block[] = [];
  let current: Block | undefined;
  lines.forEach((line, offset) => {
    const at = start + offset;
    if (line.trim() === '' || isRule(line) || isTableRow(line)) {
      current = undefined;
      return;
    }
    const depth = line.length - line.trimStart().length;
    const item = isListItem(line);
    if (!item && current !== undefined) {
      current.text += `\n${line}`;
      current.endLine = at;
      return;
    }
    const text = item ? line.slice(markerLength(line)) : line.trimStart();
    current = { line: at, endLine: at, depth, text, list: item };
    blocks.push(current);
  });
  return blocks;
}

function joined(blocks: Block[], lines: string[], start: number): Block | undefined {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const text = lines.slice(first.line - start, last.endLine - start + 1).join('\n');
  return { ...first, endLine: last.endLine, text: text.trimEnd() };
}
