const longest = 300;

/**
 * The pattern of a message: what differs from case to case is masked, so that the same error counts as one. Quoted text
 * becomes `"…"`, a path `<path>`, a word with digits `<n>` or `<id>`. One pass over the words, linear in the length.
 *
 * @example maskMessage('no answer from "qwen" in 30 s: /tmp/x.md') // 'no answer from "…" in <n> s: <path>'
 */
export function maskMessage(message: string): string {
  const [line = ''] = message.slice(0, longest).split('\n');
  return unquoted(line)
    .split(' ')
    .filter((word) => word !== '')
    .map(maskWord)
    .join(' ');
}

/** Quoted stretches as `"…"`; a quote that is never closed, or an apostrophe in a word, stays. */
function unquoted(text: string): string {
  const marks = ['"', '`', "'"];
  let masked = '';
  let at = 0;
  while (at < text.length) {
    const mark = text.charAt(at);
    const opens = marks.includes(mark) && (at === 0 || !isWordCharacter(text.charAt(at - 1)));
    const close = opens ? text.indexOf(mark, at + 1) : -1;
    masked += close === -1 ? mark : '"…"';
    at = close === -1 ? at + 1 : close + 1;
  }
  return masked;
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

const digits = /^[+-]?\d[\d.,:]*%?$/;
const opening = '([{<';
const closing = ')]}>.,;:!?';

function maskWord(word: string): string {
  let from = 0;
  let to = word.length;
  while (from < to && opening.includes(word.charAt(from))) from += 1;
  while (to > from && closing.includes(word.charAt(to - 1))) to -= 1;
  const core = word.slice(from, to);
  return word.slice(0, from) + maskCore(core) + word.slice(to);
}

function maskCore(core: string): string {
  if (core.includes('/') || core.includes('\\')) return '<path>';
  if (digits.test(core)) return '<n>';
  return /\d/.test(core) ? '<id>' : core;
}
