import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConflictError } from '../../errors.ts';
import { errorCode } from '../../openspec/error-code.ts';
import { pathParts } from './safe-path.ts';

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** On Linux an open folder has a path that names it whatever happens to its name: what `openat` does elsewhere. */
const byDescriptor = process.platform === 'linux';

/** The folder of a file, held open: what is done through `at(name)` is done in it, and nowhere else. */
export interface ParentFolder {
  name: string;
  at(name: string): string;
  sync(): Promise<void>;
  /** throws where the path leads elsewhere than when the folder was opened */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the folder that holds a file, part by part from the root, following no link: a symbolic link anywhere on the way
 * is refused, and one put there later changes nothing.
 *
 * @param create makes the folders that are missing
 * @returns undefined when a folder on the way is missing
 * @throws ConflictError when something on the way is no folder of its own
 */
export async function openParent(
  root: string,
  path: string,
  { create }: { create: boolean },
): Promise<ParentFolder | undefined> {
  const parts = pathParts(path);
  const name = parts.pop() ?? '';
  // The root itself may be a link: whoever configured it meant the folder behind it.
  let folder = await open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  let place = root;
  for (const part of parts) {
    const inner = join(byDescriptor ? descriptorPath(folder) : place, part);
    const next = await openFolder(inner, { create, path }).finally(() => folder.close());
    if (next === undefined) return undefined;
    folder = next;
    place = join(place, part);
  }
  return held({ folder, place, name });
}

/** Removes the folders above a removed file that are empty now, up to the root's own folders. */
export async function removeEmptyParents(root: string, path: string): Promise<void> {
  const parts = pathParts(path);
  for (parts.pop(); parts.length > 1; parts.pop()) {
    const parent = await openParent(root, parts.join('/'), { create: false }).catch(() => undefined);
    if (parent === undefined) return;
    const removed = await rmdir(parent.at(parent.name)).then(
      () => true,
      () => false,
    );
    await parent.close();
    if (!removed) return;
  }
}

async function openFolder(
  inner: string,
  { create, path }: { create: boolean; path: string },
): Promise<FileHandle | undefined> {
  if (create) await mkdir(inner, { mode: 0o777 }).catch(unless('EEXIST'));
  try {
    return await open(inner, folderFlags);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'ENOTDIR' || code === 'EMLINK')
      throw new ConflictError(`a folder of ${path} is a symbolic link or no folder`, { cause: error });
    throw error;
  }
}

function held({ folder, place, name }: { folder: FileHandle; place: string; name: string }): ParentFolder {
  return {
    name,
    at: (child) => join(byDescriptor ? descriptorPath(folder) : place, child),
    sync: () => folder.sync(),
    close: () => folder.close(),
    async verify() {
      const [own, found] = await Promise.all([folder.stat({ bigint: true }), lstat(place, { bigint: true })]);
      if (own.ino !== found.ino || own.dev !== found.dev)
        throw new ConflictError(`the folder ${place} was replaced meanwhile`);
    },
  };
}

function descriptorPath(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`;
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (errorCode(error) !== code) throw error;
    return undefined;
  };
}
