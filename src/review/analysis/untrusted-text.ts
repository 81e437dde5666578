/**
 * Marks of chat templates: a tokenizer may turn them into the end of one voice and the start of another. They are broken up, not
 * removed, so that a reader still sees what stood there.
 */
const TEMPLATE_MARKS = [
  '<|',
  '|>',
  '<｜',
  '｜>',
  '[INST]',
  '[/INST]',
  '[SYSTEM_PROMPT]',
  '[/SYSTEM_PROMPT]',
  '<<SYS>>',
  '<</SYS>>',
  '<think>',
  '</think>',
  '<start_of_turn>',
  '<end_of_turn>',
  '<bos>',
  '<eos>',
  '<s>',
  '</s>',
];

/** A longer line is shown to the model up to here. */
const LONGEST_LINE = 2000;

/**
 * The lines of a document as the model may see them: no characters that a person does not see (control, zero-width, bidi,
 * tags), no chat-template marks, and nowhere the marker that delimits the document. The number of lines stays, so that line
 * numbers mean the same.
 */
export function visibleLines(text: string, nonce: string): string[] {
  return linesOf(text).map((line) => visibleLine(line, nonce));
}

/** Lines as the reader of OpenSpec folders counts them: LF, CRLF and a lone CR each end one. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** One line without what a person would not see. */
export function visibleLine(line: string, nonce: string): string {
  const cut = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
  let visible = stripInvisible(cut);
  // A gap in the place of the marker: closing it could make the marker anew.
  if (nonce !== '') visible = visible.replaceAll(nonce, ' ');
  for (const mark of TEMPLATE_MARKS) visible = replaceMark(visible, mark);
  return visible;
}

/** Text of a model or a document as one line that is safe to print and to store. */
export function oneLine(text: string, longest: number): string {
  const line = collapse(stripInvisible(text.replaceAll('\n', ' ')));
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Runs of white space as one space each, none at the ends. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export function stripInvisible(text: string): string {
  let visible = '';
  for (const char of text) if (!isInvisible(char.codePointAt(0) ?? 0)) visible += char;
  return visible;
}

/** Ranges of code points that print nothing or change how their neighbours print; tab and line feed are none of them. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0e],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];

function isInvisible(code: number): boolean {
  if (code >= 0x20 && code < 0x7f) return false;
  return INVISIBLE.some(([from, to]) => code >= from && code <= to);
}

/** Puts a space behind the first character of each occurrence, whatever its case. */
function replaceMark(text: string, mark: string): string {
  const haystack = text.toLowerCase();
  const needle = mark.toLowerCase();
  // Lower-casing may change the length of odd letters; then positions would not match.
  if (haystack.length !== text.length) return text.replaceAll(mark, spaced(mark));
  let result = '';
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    result += text.slice(from, at) + spaced(text.slice(at, at + mark.length));
    from = at + mark.length;
  }
  return result + text.slice(from);
}

function spaced(mark: string): string {
  return `${mark.slice(0, 1)} ${mark.slice(1)}`;
}
