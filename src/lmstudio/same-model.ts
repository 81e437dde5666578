/**
 * Whether the model that answered is the one that was asked. Servers shorten names ("qwen/qwen3-8b" answers as "qwen3-8b"),
 * append an instance (":2"), a quantisation ("@q4_k_m") or a date; with one model loaded LM Studio has also ignored a wrong
 * name altogether (lmstudio-bug-tracker #619), which is what this is to catch.
 */
export function isSameModel(asked: string, answered: string): boolean {
  const a = core(asked);
  const b = core(answered);
  return a === b || continues(a, b) || continues(b, a);
}

/** True when `long` is `short` with a suffix that begins at a separator. */
function continues(short: string, long: string): boolean {
  return short !== '' && long.startsWith(short) && '-@:.'.includes(long.charAt(short.length));
}

function core(name: string): string {
  const lower = name.toLowerCase();
  return lower.slice(lower.lastIndexOf('/') + 1);
}
