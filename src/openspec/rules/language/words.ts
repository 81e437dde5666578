/** Words that say nothing about what a text is about, modal verbs among them. */
const STOP_WORDS = new Set(
  (
    'a an the this that these those it its they them their there here he she his her we our you your i me my one ones ' +
    'and or but nor so if then else when while where which who whom whose what why how than as at by for from in into ' +
    'of off on onto out over per to up upon with within via about after before between during through under until ' +
    'is are was were be been being am do does did done has have had having will would shall must should may might can could ' +
    'not no never also any all each every both either such same other another more most some only just very too yes ' +
    'etc given thing things way'
  ).split(' '),
);

/** The words of a text in lower case, in order; an identifier falls into its parts. */
export function words(text: string): string[] {
  const lower = text.toLowerCase();
  // most texts are ASCII, which is matched several times as fast
  return lower.match(isAscii.test(lower) ? /[a-z0-9]+/g : /[\p{L}\p{N}]+/gu) ?? [];
}

const isAscii = /^[\0-\x7f]*$/;

/** Whether a text has any word. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** The stems that carry a text's meaning: no stop words, no bare numbers, each once, in order. */
export function significantStems(text: string): Set<string> {
  const stems = new Set<string>();
  for (const word of words(text)) {
    const known = knownStems.get(word) ?? learnStem(word);
    if (known !== '') stems.add(known);
  }
  return stems;
}

/** The stems of words, empty for a word without meaning: documents are made of few words, which come again and again. */
const knownStems = new Map<string, string>();
const maxKnownStems = 20_000;

function learnStem(word: string): string {
  const means = word.length > 1 && !STOP_WORDS.has(word) && !/^\d+$/.test(word);
  const found = means ? stem(word) : '';
  if (knownStems.size >= maxKnownStems) knownStems.clear();
  // a longer word is a slice that keeps its whole document in memory
  if (word.length <= 12) knownStems.set(word, found);
  return found;
}

/**
 * A word without its English ending, so that "creates", "created" and "creating" are one. It need not give a word;
 * it must give the same thing for the forms of one verb or noun.
 */
export function stem(word: string): string {
  const bare = withoutEnding(word);
  return bare.length > 3 && bare.endsWith('e') ? bare.slice(0, -1) : bare;
}

function withoutEnding(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && word.endsWith('ied')) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && word.endsWith('ing')) return undoubled(word.slice(0, -3));
  if (word.length > 4 && word.endsWith('ed')) return undoubled(word.slice(0, -2));
  if (!word.endsWith('s')) return word;
  if (word.length > 4 && /(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && !/[sui]s$/.test(word) ? word.slice(0, -1) : word;
}

/** "stopp" of "stopped" is "stop"; "pass" of "passed" stays. */
function undoubled(word: string): string {
  const last = word.slice(-1);
  return word.slice(-2, -1) === last && !'lsz'.includes(last) ? word.slice(0, -1) : word;
}

/** How many members of `a` are in `b`. */
export function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0;
  for (const member of a) if (b.has(member)) count += 1;
  return count;
}
