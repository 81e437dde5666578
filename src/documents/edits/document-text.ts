/** One line and the terminator it was written with; the last line has none. */
export interface Line {
  text: string;
  eol: '' | '\n' | '\r\n' | '\r';
}

/**
 * A document as lines that give back its bytes exactly: byte order mark, mixed line endings and a missing final
 * newline included. Edits replace whole lines, so all other bytes stay.
 */
export interface DocumentText {
  mark: '' | '\uFEFF';
  lines: Line[];
}

/** Undefined when the bytes are not valid UTF-8: decoding them would change them. */
export function readText(bytes: Buffer): DocumentText | undefined {
  const decoded = decode(bytes);
  if (decoded === undefined) return undefined;
  const mark = decoded.startsWith('\uFEFF') ? '\uFEFF' : '';
  return { mark, lines: toLines(decoded.slice(mark.length)) };
}

export function writeText({ mark, lines }: DocumentText): Buffer {
  return Buffer.from(mark + lines.map(({ text, eol }) => text + eol).join(''), 'utf8');
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Splits at LF, CRLF and a lone CR, as OpenSpec's readers do. */
export function toLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const eol = terminatorAt(text, at);
    if (eol === '') continue;
    lines.push({ text: text.slice(start, at), eol });
    at += eol.length - 1;
    start = at + 1;
  }
  lines.push({ text: text.slice(start), eol: '' });
  return lines;
}

function terminatorAt(text: string, at: number): Line['eol'] {
  const char = text.charAt(at);
  if (char === '\n') return '\n';
  if (char !== '\r') return '';
  return text.charAt(at + 1) === '\n' ? '\r\n' : '\r';
}

/** The line ending that most lines have; LF for a document of one line. */
export function usualEol({ lines }: DocumentText): '\n' | '\r\n' | '\r' {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const { eol } of lines) if (eol !== '') counts[eol] += 1;
  if (counts['\r\n'] > counts['\n']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
}

/**
 * Puts `texts` in place of the lines `from` (index from 0) up to `to`, exclusive. Lines that stay keep their endings; a
 * document that ended without a newline still does.
 */
export function replaceLines(
  document: DocumentText,
  range: { from: number; to: number },
  texts: readonly string[],
): DocumentText {
  const eol = usualEol(document);
  const before = document.lines.slice(0, range.from);
  const after = document.lines.slice(range.to);
  const fresh = texts.map((text): Line => ({ text, eol }));
  const lines = [...before, ...fresh, ...after];
  return {
    mark: document.mark,
    lines: lines.map((line, index) => withEol(line, index === lines.length - 1, eol)),
  };
}

function withEol(line: Line, last: boolean, eol: Line['eol']): Line {
  if (last) return line.eol === '' ? line : { text: line.text, eol: '' };
  return line.eol === '' ? { text: line.text, eol } : line;
}

export function textsOf({ lines }: DocumentText): string[] {
  return lines.map(({ text }) => text);
}
