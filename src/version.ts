import { readFileSync } from 'node:fs';

/** The version of this package, from its own package.json: it lies beside `src` and beside `dist`. */
export function packageVersion(): string {
  const { version }: { version?: unknown } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return typeof version === 'string' ? version : 'unknown';
}
