/** The level of a Markdown heading, 0 for any other line. */
export function isHeading(line: string): number {
  let level = 0;
  while (line.charAt(level) === '#') level += 1;
  return level >= 1 && level <= 6 && line.charAt(level) === ' ' ? level : 0;
}

export function isListItem(line: string): boolean {
  return markerLength(line) > 0;
}

/** Length of indentation, bullet or number, and the task box behind it; 0 when the line starts no item. */
export function markerLength(line: string): number {
  let at = indentOf(line);
  if ('-*+'.includes(line.charAt(at)) && line.charAt(at) !== '') at += 1;
  else {
    const digits = at;
    while (at - digits < 9 && isDigit(line.charAt(at))) at += 1;
    if (at === digits || !'.)'.includes(line.charAt(at)) || line.charAt(at) === '') return 0;
    at += 1;
  }
  if (line.charAt(at) !== ' ' && line.charAt(at) !== '\t') return 0;
  while (line.charAt(at) === ' ' || line.charAt(at) === '\t') at += 1;
  return at;
}

/** A thematic break. */
export function isRule(line: string): boolean {
  const bare = line.replaceAll(' ', '');
  return (
    bare.length >= 3 && [...bare].every((char) => char === bare.charAt(0)) && '-*_'.includes(bare.charAt(0))
  );
}

export function isTableRow(line: string): boolean {
  return line.trimStart().startsWith('|');
}

function indentOf(line: string): number {
  let at = 0;
  while (line.charAt(at) === ' ' || line.charAt(at) === '\t') at += 1;
  return at;
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}
