/** The text of a commit: what is said, a blank line, then the trailers in the order given, each on one line. */
export function commitMessage(message: string, trailers: Readonly<Record<string, string>>): string {
  const body = clean(message).trim();
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${oneLine(value)}`);
  const text = body === '' ? 'Update a document' : body;
  return lines.length === 0 ? `${text}\n` : `${text}\n\n${lines.join('\n')}\n`;
}

/** The first line, for the reflog. */
export function subjectOf(message: string): string {
  return oneLine(message.trim().split('\n', 1)[0] ?? '');
}

/** Whether a commit's text carries this trailer in its last paragraph. */
export function carriesTrailer(text: string, trailer: { key: string; value: string }): boolean {
  const paragraph = text.trimEnd().split('\n\n').at(-1) ?? '';
  return paragraph.split('\n').includes(`${trailer.key}: ${oneLine(trailer.value)}`);
}

function oneLine(value: string): string {
  return clean(value).replace(/\s+/g, ' ').trim();
}

function clean(text: string): string {
  // The round trip replaces halves of surrogate pairs, which are no UTF-8.
  return Buffer.from(text.replaceAll('\0', '').replaceAll('\r\n', '\n')).toString('utf8');
}
