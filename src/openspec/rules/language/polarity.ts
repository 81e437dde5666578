import { stem, words } from './words.ts';

/** Words that turn a sentence round, or that say that something stays away or as it was. */
const REVERSING = stems(
  'not no never without cannot none nothing neither nor only solely instead rather avoid avoids free ' +
    'unchanged untouched unmodified unaffected intact remain remains preserve preserved keep keeps kept leave leaves left stay stays ' +
    'same identical equal equivalent byte before previous prior existing original match matches ' +
    'zero exclude excluded exclusive omit omitted skip skipped ignore ignored absent drop dropped strip suppressed hide hidden ' +
    'redact redacted mask masked masking still continue continues continued separate independent isolated',
);

/** Words that say that something does not happen, as the outcome of a prohibition does. */
const DENYING = stems(
  'not no never without cannot none nothing neither nor only instead avoid avoids free unchanged untouched unmodified intact remain remains ' +
    'preserve preserved keep keeps kept exclude excluded omit omitted skip skipped ignore ignored absent reject rejected rejects refuse ' +
    'refused refuses deny denied denies block blocked blocks prevent prevented prevents forbid forbidden fail fails failed hide hidden ' +
    'redact redacted mask masked zero safe private disabled defer',
);

/** Words of something that goes wrong or is refused. */
const FAILING = stems(
  'fail fails failed failure failures error errors reject rejected rejects refuse refused refuses deny denied denies denial invalid ' +
    'missing absent abort aborts aborted block blocked blocks forbid forbidden prevent prevented prevents unavailable ' +
    'unsupported unknown unauthorized unauthorised unreachable unresponsive unresolved unreadable unexpected unset malformed corrupt corrupted ' +
    'conflict conflicts timeout expire expired exceed exceeds exceeded exceeding empty stale mismatch duplicate ambiguous ' +
    'warn warns warning warnings cancel cancelled canceled interrupt interrupted offline lost crash crashes crashed limit ' +
    'overflow rollback rolled retry retries fallback wrong incorrect bad broken disallow disallowed prohibited stop stops stopped ' +
    'stopping nonzero undefined incomplete partial violate violates violation violations incompatible insufficient oversized',
);

/** True when a text denies, limits or leaves things as they are: it may well belong to a prohibition. */
export function isReversing(text: string): boolean {
  return has(text, REVERSING) || isFailing(text);
}

/**
 * True when a text says that something does not happen.
 *
 * @param topic stems that deny nothing here, as the text is about them: "preserve" where preserving is asked for
 */
export function isDenying(text: string, topic: ReadonlySet<string>): boolean {
  const stems = words(text).map(stem);
  return stems.some((word) => DENYING.has(word) && !topic.has(word)) || /n['’]t\b/i.test(text);
}

/** True when a text speaks of failure, refusal or absence. */
export function isFailing(text: string): boolean {
  return has(text, FAILING) || /\bnon-zero\b|\b(?:not|no|cannot|without|never)\b|n['’]t\b/i.test(text);
}

function has(text: string, vocabulary: ReadonlySet<string>): boolean {
  return words(text).some((word) => vocabulary.has(stem(word)));
}

function stems(list: string): ReadonlySet<string> {
  return new Set(list.split(' ').map(stem));
}
