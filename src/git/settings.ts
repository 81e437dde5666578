import { splitAt } from './records.ts';
import { GitFailure } from './run.ts';

/** One configuration value that we set over the repository's. */
export interface Setting {
  key: string;
  value: string;
}

/** A value as `git config -z --show-scope --list` gives it; `value` is undefined for a key without `=`. */
export interface ConfigEntry {
  scope: string;
  key: string;
  value: string | undefined;
}

/** Holds for every call: no hook, no monitor, no network, no maintenance. */
export const BASE_SETTINGS: readonly Setting[] = [
  { key: 'core.hooksPath', value: '/dev/null' },
  // From git 2.54 hooks stand in the configuration too, and hooksPath does not stop those.
  { key: 'hook.reference-transaction.enabled', value: 'false' },
  { key: 'hook.post-index-change.enabled', value: 'false' },
  { key: 'core.fsmonitor', value: 'false' },
  { key: 'core.safecrlf', value: 'false' },
  { key: 'i18n.commitEncoding', value: 'UTF-8' },
  { key: 'log.showSignature', value: 'false' },
  { key: 'safe.bareRepository', value: 'explicit' },
  { key: 'protocol.allow', value: 'never' },
  { key: 'gc.auto', value: '0' },
  { key: 'maintenance.auto', value: 'false' },
  // Otherwise git makes up an address from the host's name where none is configured.
  { key: 'user.useConfigOnly', value: 'true' },
];

/** Reads the NUL-separated list. Names that are not UTF-8 cannot be overridden through the environment: refused. */
export function parseConfigList(list: Buffer): ConfigEntry[] {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const fields = splitAt(list, 0);
  const entries: ConfigEntry[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const pair = fields[i + 1] ?? Buffer.alloc(0);
    const end = pair.indexOf(0x0a);
    const keyBytes = end < 0 ? pair : pair.subarray(0, end);
    let key: string;
    try {
      key = strict.decode(keyBytes);
    } catch {
      throw new GitFailure(`the configuration has a name that is not UTF-8: ${keyBytes.toString('latin1')}`);
    }
    const value = end < 0 ? undefined : pair.subarray(end + 1).toString('utf8');
    entries.push({ scope: fields[i]?.toString('utf8') ?? '', key, value });
  }
  return entries;
}

/** The settings that take every configured command out of this repository's reach, and keep the person's signing. */
export function disarm(entries: readonly ConfigEntry[]): Setting[] {
  const settings: Setting[] = [...BASE_SETTINGS];
  for (const name of subsections(entries, 'filter')) {
    for (const key of ['clean', 'smudge', 'process'])
      settings.push({ key: `filter.${name}.${key}`, value: '' });
    settings.push({ key: `filter.${name}.required`, value: 'false' });
  }
  for (const name of subsections(entries, 'hook'))
    settings.push({ key: `hook.${name}.enabled`, value: 'false' });
  return [...settings, ...signingPrograms(entries)];
}

/** The filter drivers that have a command. */
export function filterDrivers(entries: readonly ConfigEntry[]): Set<string> {
  const drivers = new Set<string>();
  for (const { key, value } of entries) {
    const parts = splitKey(key);
    if (parts?.section !== 'filter' || value === undefined || value === '') continue;
    if (parts.name === 'clean' || parts.name === 'smudge' || parts.name === 'process')
      drivers.add(parts.subsection);
  }
  return drivers;
}

/** The last value of a key as git reads a boolean; undefined where it is not set. */
export function booleanOf(entries: readonly ConfigEntry[], key: string): boolean | undefined {
  const entry = entries.findLast((candidate) => candidate.key === key);
  if (entry === undefined) return undefined;
  const text = entry.value?.toLowerCase();
  if (text === undefined || text === 'true' || text === 'yes' || text === 'on') return true;
  if (text === '' || text === 'false' || text === 'no' || text === 'off') return false;
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  throw new GitFailure(`bad boolean config value '${entry.value}' for '${key}'`);
}

/** Programs that a signature runs: what a repository says of them is replaced by what the person says, else git's default. */
function signingPrograms(entries: readonly ConfigEntry[]): Setting[] {
  const families = [
    { keys: ['gpg.program', 'gpg.openpgp.program'], fallback: 'gpg' },
    { keys: ['gpg.x509.program'], fallback: 'gpgsm' },
    { keys: ['gpg.ssh.program'], fallback: 'ssh-keygen' },
    { keys: ['gpg.ssh.defaultkeycommand'], fallback: 'false' },
  ];
  const settings: Setting[] = [];
  for (const { keys, fallback } of families) {
    const set = entries.filter((entry) => keys.includes(entry.key));
    if (!set.some(isOfRepository)) continue;
    const persons = set.findLast((entry) => !isOfRepository(entry))?.value ?? fallback;
    for (const key of keys) settings.push({ key, value: persons });
  }
  return settings;
}

function isOfRepository(entry: ConfigEntry): boolean {
  return entry.scope === 'local' || entry.scope === 'worktree';
}

function subsections(entries: readonly ConfigEntry[], section: string): Set<string> {
  const names = new Set<string>();
  for (const { key } of entries) {
    const parts = splitKey(key);
    if (parts?.section === section) names.add(parts.subsection);
  }
  return names;
}

function splitKey(key: string): { section: string; subsection: string; name: string } | undefined {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  if (first < 0 || last === first) return undefined;
  return { section: key.slice(0, first), subsection: key.slice(first + 1, last), name: key.slice(last + 1) };
}
