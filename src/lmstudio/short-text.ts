/** One line of at most 300 characters: a server may quote the whole prompt, which belongs into no log. */
export function shortText(text: string): string {
  const line = [...text.slice(0, 600)].map((char) => (isControl(char) ? ' ' : char)).join('');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** The code or message at the bottom of a chain of causes: "fetch failed" helps nobody. */
export function rootCause(thrown: unknown): string {
  let at = thrown;
  let best = 'connection failed';
  for (let depth = 0; depth < 8 && at instanceof Error; depth += 1) {
    best = 'code' in at && typeof at.code === 'string' ? at.code : at.message || best;
    at = at.cause;
  }
  return shortText(best);
}
