import path from 'node:path';
import { watch } from 'chokidar';
import { toError } from '../errors.ts';
import { errorCode } from './error-code.ts';
import { archiveFolder, changesFolder, isIgnoredName, specsFolder } from './paths.ts';

/** Tells that something below a root may have changed. A hint is never the truth; the disk is. */
export interface FolderHints {
  close(): Promise<void>;
}

export interface HintOptions {
  root: string;
  /** look at every file again and again instead of being notified: for network file systems, and where watches ran out */
  polling: boolean;
  /** `path` is relative to the root, empty for the root itself */
  onHint: (path: string) => void;
  /** the system's watches or file handles are used up: this watcher sees no more than a part */
  onExhausted: (code: string) => void;
  onError: (error: Error) => void;
}

/**
 * Watches the folders (not the files: a folder's own watch tells of them, at a tenth of the system's watches) of
 * `changes` and `specs`. Archived changes are not looked into. Resolves when the watch stands.
 */
export async function hintFolders(options: HintOptions): Promise<FolderHints> {
  const { root, polling, onHint } = options;
  const relative = (absolute: string) => path.relative(root, absolute).split(path.sep).join('/');
  const watcher = watch(root, {
    persistent: true,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    usePolling: polling,
    interval: 500,
    ignored: (absolute, stats) =>
      isUninteresting(relative(absolute)) || (!polling && stats !== undefined && !stats.isDirectory()),
  });
  const hint = (absolute: string) => {
    const file = relative(absolute);
    if (!isIgnoredName(path.posix.basename(file))) onHint(file);
  };
  watcher.on('all', (_event, absolute) => hint(absolute));
  watcher.on('raw', (_event, name, details) => {
    for (const absolute of rawPaths(name, details)) hint(absolute);
  });
  await new Promise<void>((resolve) => {
    watcher.on('ready', resolve);
    watcher.on('error', (thrown) => {
      const code = errorCode(thrown);
      if (code !== 'ENOSPC' && code !== 'EMFILE') return options.onError(toError(thrown));
      options.onExhausted(code);
      resolve();
    });
  });
  return { close: () => watcher.close() };
}

/** Only `changes` and `specs` are looked at, and of the archive only its list. */
function isUninteresting(file: string): boolean {
  if (file === '') return false;
  const parts = file.split('/');
  if (parts[0] !== changesFolder && parts[0] !== specsFolder) return true;
  return file.startsWith(`${archiveFolder}/`) || parts.some(isIgnoredName);
}

/** A notification names an entry of the watched folder; a poll names the whole path. */
function rawPaths(name: unknown, details: unknown): string[] {
  const watched =
    typeof details === 'object' && details !== null && 'watchedPath' in details
      ? details.watchedPath
      : undefined;
  if (typeof watched !== 'string') return typeof name === 'string' ? [name] : [];
  return typeof name === 'string' && name !== '' ? [path.join(watched, name)] : [watched];
}
