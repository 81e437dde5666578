import v8 from 'node:v8';

/**
 * For a process of half a second: V8 spends a quarter of that on optimising code that is not run again. Ten times the
 * budget puts it off; what runs for seconds is optimised all the same.
 *
 * Only V8 11 (Node 20) knows this flag. Later ones have a cheap tier in between and need it less.
 */
export function optimiseLate(): void {
  if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=1351680');
}
