import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';

/** A place in a configuration file that is wrong, and how. */
export interface Mistake {
  line: number;
  message: string;
}

/** A parsed file: its value, and where the value at a path stands. */
export interface ParsedYaml {
  value: unknown;
  lineOf(path: readonly PropertyKey[]): number;
}

const MAX_SIZE_BYTES = 64 * 1024;
const MAX_NESTING = 64;
const MAX_INDENT = 128;
const MAX_ALIASES = 50;

/**
 * Parses a YAML file. Size and nesting are bounded before the parser sees a byte: deep nesting can end the process in
 * a way that no `catch` sees.
 */
export function parseYaml(text: string): ParsedYaml | { mistakes: Mistake[] } {
  const tooMuch = findExcess(text);
  if (tooMuch !== undefined) return { mistakes: [tooMuch] };

  const lines = new LineCounter();
  // The parser's own check of double keys takes time by the square of their number.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    schema: 'core',
  });
  const at = (offset: number) => lines.linePos(offset).line;
  const mistakes = document.errors.map((error) => ({ line: at(error.pos[0]), message: error.message }));
  if (mistakes.length > 0) return { mistakes };

  const doubles = findDoubleKeys(document.contents, at);
  if (doubles.length > 0) return { mistakes: doubles };
  try {
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }),
      lineOf: (path) => at(offsetOf(document.contents, path)),
    };
  } catch (error) {
    return { mistakes: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
}

function findExcess(text: string): Mistake | undefined {
  if (Buffer.byteLength(text) > MAX_SIZE_BYTES) return { line: 1, message: 'larger than 64 KB' };
  let depth = 0;
  for (const [index, line] of text.split('\n').entries()) {
    // Brackets inside quotes count as well: more than enough for any honest file, and no quoting can fool it.
    for (const character of line) {
      if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
      if (depth > MAX_NESTING) return { line: index + 1, message: `nested deeper than ${MAX_NESTING}` };
    }
    if (indentOf(line) > MAX_INDENT)
      return { line: index + 1, message: `indented deeper than ${MAX_INDENT} columns` };
  }
  return undefined;
}

/** Blanks and the signs that open a nested block on the same line. */
function indentOf(line: string): number {
  let column = 0;
  while (' \t-?:'.includes(line.charAt(column)) && column < line.length) column += 1;
  return column;
}

function findDoubleKeys(contents: Node | null, at: (offset: number) => number): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(contents, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          mistakes.push({
            line: at(key.range?.[0] ?? 0),
            message: `the key ${String(key.value)} stands here twice`,
          });
        }
        seen.add(key.value);
      }
    },
  });
  return mistakes;
}

/** Where the value at a path begins; where its parent does when it is not there. A path's last part may name a key. */
function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (!isPair(pair)) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
      node = node.items[Number(part)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
