/**
 * Text as one line without control characters: what stands in a document or came from a model must not move the cursor,
 * set a title, or start a line that a log reader takes for a command.
 */
export function printable(text: string): string {
  let line = '';
  for (const char of text) line += isControl(char.codePointAt(0) ?? 0) ? ' ' : char;
  return line.trim();
}

function isControl(code: number): boolean {
  const isBidi = code === 0x61c || (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e);
  const isIsolate = code >= 0x2066 && code <= 0x2069;
  const isBreak = code === 0x2028 || code === 0x2029;
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || isBidi || isIsolate || isBreak;
}

/** `1 error`, `2 errors`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Path of a file of the root as seen from the repository. */
export function prefixed(pathPrefix: string, file: string): string {
  if (pathPrefix === '' || pathPrefix === '.') return file;
  return pathPrefix.endsWith('/') ? `${pathPrefix}${file}` : `${pathPrefix}/${file}`;
}
