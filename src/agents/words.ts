/**
 * Words as the archivist and the directory count them. Identifiers (`max_open`, `src/main.ts`, `v2.1`) stay whole beside
 * their parts; words that carry no meaning of their own are
 * left out. Words that set a bound (all, only, before, off) are none of those.
 */

const stopWords = new Set(
  (
    'a an and are as at be been being but by can could did do does done for from had has have having he her here his how ' +
    'i if in into is it its itself just may me might more most much must my nor of on or other our ours ' +
    'own per shall she should so some such than that the their them then there these they this those through ' +
    'to too up upon us was we were what when where whether which while who whom whose why will with would you ' +
    'your about again also am because between both down during ever get gets ' +
    'let lets like need needs same still well use used uses using want yes'
  ).split(' '),
);

/** Words in lower case, in their order, without stop words; identifiers whole and in their parts. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const token of tokensOf(text)) {
    const whole = token.toLowerCase();
    const parts = partsOf(token);
    if (parts.length > 1 || (parts.length === 1 && parts[0] !== whole)) words.push(whole);
    for (const part of parts) if (!stopWords.has(part)) words.push(part);
  }
  return words;
}

/** True for a name that stands for one thing: it has a digit inside letters, a joining sign, or inner capitals. */
export function isIdentifier(token: string): boolean {
  if (token.length < 2 || isNumber(token)) return false;
  if (token.startsWith('--')) return true;
  const inner = token.slice(1);
  const joined = [...inner].some((char) => '_./:@#'.includes(char));
  return joined || hasDigit(token) || (inner !== inner.toLowerCase() && token !== token.toUpperCase());
}

/** True for a number, with a unit behind it or without: `30`, `1.5`, `50ms`, `20%`. */
export function isNumber(token: string): boolean {
  const first = token.charCodeAt(0);
  if (first < 48 || first > 57) return false;
  let at = 0;
  while (at < token.length && '0123456789.,_'.includes(token.charAt(at))) at += 1;
  const unit = token.slice(at);
  return unit.length <= 4 && ![...unit].some((char) => '0123456789'.includes(char));
}

/** Runs of letters, digits and the signs that join a name, as written, without signs at the edges. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let token = '';
  for (const char of `${text} `) {
    if (isWordChar(char) || "_-./:@#%'’".includes(char)) token += char;
    else if (token !== '') {
      const trimmed = trimEdges(token);
      if (trimmed !== '') tokens.push(trimmed);
      token = '';
    }
  }
  return tokens;
}

/** The stem by which forms of one word are the same: plural and the commonest endings, nothing clever. */
export function stem(word: string): string {
  if (word.length < 4 || hasDigit(word)) return word;
  let root = word;
  if (root.endsWith("'s") || root.endsWith('’s')) root = root.slice(0, -2);
  if (root.endsWith('ies') && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (root.endsWith('sses') || root.endsWith('xes') || root.endsWith('ches') || root.endsWith('shes'))
    root = root.slice(0, -2);
  else if (root.endsWith('s') && !root.endsWith('ss') && !root.endsWith('us') && !root.endsWith('is'))
    root = root.slice(0, -1);
  if (root.endsWith('ing') && root.length > 6) root = root.slice(0, -3);
  else if (root.endsWith('ed') && root.length > 5) root = root.slice(0, -2);
  if (root.length > 4 && root.endsWith('e')) root = root.slice(0, -1);
  const [last, before] = [root.at(-1), root.at(-2)];
  if (root.length > 4 && last === before && last !== undefined && !'sle'.includes(last))
    root = root.slice(0, -1);
  return root;
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word);
}

function partsOf(token: string): string[] {
  const parts: string[] = [];
  let part = '';
  let previousLower = false;
  for (const char of token) {
    if (!isWordChar(char)) {
      parts.push(part);
      part = '';
      previousLower = false;
      continue;
    }
    const upper = char !== char.toLowerCase();
    if (upper && previousLower) {
      parts.push(part);
      part = '';
    }
    part += char.toLowerCase();
    previousLower = !upper;
  }
  parts.push(part);
  return parts.filter((piece) => piece.length > 1 || (piece.length === 1 && hasDigit(piece)));
}

function hasDigit(text: string): boolean {
  return [...text].some((char) => char >= '0' && char <= '9');
}

function isWordChar(char: string): boolean {
  return /[\p{L}\p{N}]/u.test(char);
}

function trimEdges(token: string): string {
  const edge = "_-./:@#'’";
  let [start, end] = [0, token.length];
  // A flag keeps its dashes: `--force` is not "force".
  const flag = token.startsWith('--') && isWordChar(token.charAt(2));
  while (!flag && start < end && edge.includes(token.charAt(start))) start += 1;
  while (end > start && edge.includes(token.charAt(end - 1))) end -= 1;
  return token.slice(start, end);
}
