/**
 * Text of documents, agents and models as one line for a terminal: without control characters, which could move the
 * cursor or set a title, and without the marks that turn the direction of text.
 */
export function plain(text: string): string {
  let line = '';
  for (const char of text) line += isUnprintable(char.codePointAt(0) ?? 0) ? ' ' : char;
  return line.trim();
}

function isUnprintable(code: number): boolean {
  const turnsDirection = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029 || turnsDirection;
}
