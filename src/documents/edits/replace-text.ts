import { type DocumentText, readText, toLines, usualEol, writeText } from './document-text.ts';
import { nearest } from './nearest.ts';
import { type Candidate, type Edited, quoted, refused } from './outcome.ts';

/** Replaces the one place where `find` stands. Line endings count as equal, whichever kind either side has. */
export function replaceText(document: DocumentText, edit: { find: string; replace: string }): Edited {
  const plain = document.lines.map(({ text }) => text).join('\n');
  const find = withPlainEnds(edit.find);
  const at = plain.indexOf(find);
  if (at === -1) return notFound(document, edit.find);
  const again = plain.indexOf(find, at + 1);
  if (again !== -1) {
    const places = [at, again].map((offset) => candidateAt(document, lineOf(plain, offset)));
    return refused(`the text ${quoted(edit.find)} stands in more than one place`, places);
  }
  const start = pointAt(document, at);
  const end = pointAt(document, at + find.length);
  const eol = usualEol(document);
  const whole = writeText({ mark: '', lines: document.lines }).toString('utf8');
  const fresh = withPlainEnds(edit.replace).replaceAll('\n', eol);
  return {
    kind: 'edited',
    document: { mark: document.mark, lines: toLines(whole.slice(0, start) + fresh + whole.slice(end)) },
  };
}

/** Replaces all of a document; its byte order mark and its kind of line ending stay. */
export function replaceFile(document: DocumentText | undefined, content: string): Edited {
  const fresh = readText(Buffer.from(content, 'utf8'));
  if (fresh === undefined) return refused('the new content is not valid text');
  if (document === undefined || document.lines.length < 2) return { kind: 'edited', document: fresh };
  const eol = usualEol(document);
  const lines = fresh.lines.map((line) => (line.eol === '' ? line : { text: line.text, eol }));
  return { kind: 'edited', document: { mark: document.mark === '' ? fresh.mark : document.mark, lines } };
}

function notFound(document: DocumentText, find: string): Edited {
  const first = withPlainEnds(find)
    .split('\n')
    .find((line) => line.trim() !== '');
  const candidates = document.lines.map((_, index) => candidateAt(document, index));
  return refused(`the text ${quoted(find)} is not in the document`, nearest(first ?? find, candidates));
}

function withPlainEnds(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

function lineOf(plain: string, offset: number): number {
  let line = 0;
  for (let at = plain.indexOf('\n'); at !== -1 && at < offset; at = plain.indexOf('\n', at + 1)) line += 1;
  return line;
}

function candidateAt(document: DocumentText, index: number): Candidate {
  return { line: index + 1, text: document.lines[index]?.text ?? '' };
}

/** The offset in the document as written of an offset in the text with plain line ends. */
function pointAt(document: DocumentText, plainOffset: number): number {
  let plain = 0;
  let written = 0;
  for (const { text, eol } of document.lines) {
    if (plainOffset <= plain + text.length) return written + (plainOffset - plain);
    plain += text.length + 1;
    written += text.length + eol.length;
  }
  return written;
}
