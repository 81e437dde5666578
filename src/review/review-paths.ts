/** Whether a file, relative to the root, is one that reviews report on. */
export type PathFilter = (file: string) => boolean;

/**
 * What review.paths lets through. It is asked of findings, never of documents: every rule sees all of them, because what
 * one file says about another still counts.
 *
 * @param paths globs relative to the root; `!` in front leaves files out; empty means everything, and so do exceptions alone
 * @example
 * const isReported = await pathFilter(['changes/**', '!changes/legacy-search/']);
 * isReported('changes/faster-search/design.md'); // true
 */
export async function pathFilter(paths: readonly string[]): Promise<PathFilter> {
  if (paths.length === 0) return () => true;
  // Loaded by those who have set it: what a review does not need must not slow its start.
  const { default: picomatch } = await import('picomatch');
  const wanted = paths.filter((path) => !leavesOut(path)).map(plain);
  const ignore = paths.filter(leavesOut).map((path) => plain(path.slice(1)));
  return picomatch(wanted.length === 0 ? ['**'] : wanted, { dot: true, ignore });
}

/** `!(a|b)` is a pattern of its own. */
function leavesOut(path: string): boolean {
  return path.startsWith('!') && !path.startsWith('!(');
}

/** A folder written with a slash at its end means what is in it. */
function plain(path: string): string {
  return path.endsWith('/') ? `${path}**` : path;
}
