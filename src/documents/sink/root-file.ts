import { constants } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { swap } from 'fs-native-extensions';
import { ConflictError } from '../../errors.ts';
import { errorCode } from '../../openspec/error-code.ts';
import { contentHash } from '../store/blob-store.ts';
import { openParent, type ParentFolder, removeEmptyParents } from './parent-folder.ts';

const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file's bytes; undefined where there is none. @throws ConflictError where something else stands at its path */
export async function readRootFile(root: string, path: string): Promise<Buffer | undefined> {
  const parent = await openParent(root, path, { create: false });
  if (parent === undefined) return undefined;
  try {
    return await readIn(parent, parent.name);
  } finally {
    await parent.close();
  }
}

export interface Replacement {
  path: string;
  /** undefined removes the file */
  bytes: Buffer | undefined;
  /** the hash that the file must still have when the new one takes its place */
  before: string;
  /** the temporary file, beside the file */
  temporary: string;
  step(name: string): void;
}

/**
 * Puts new bytes in a file's place in one step: temporary file beside it with the same mode, fsync, exchange of the two
 * names, fsync of the folder. The exchange shows what was really replaced: a save that fell between the last look and
 * now is put back.
 *
 * @returns false when somebody else's save was in the way; it stands as it was
 */
export async function replaceRootFile(root: string, replacement: Replacement): Promise<boolean> {
  const { path, bytes, before, temporary, step } = replacement;
  const parent = await openParent(root, path, { create: bytes !== undefined });
  if (parent === undefined) return before === contentHash(undefined);
  try {
    if (bytes === undefined) return await removeIn(parent, { before, temporary });
    await writeTemporary(parent, { bytes, temporary });
    step('written');
    await parent.verify().catch(async (error: unknown) => {
      await rm(parent.at(temporary), { force: true });
      throw error;
    });
    const done = await exchange(parent, { before, temporary });
    if (!done) await rm(parent.at(temporary), { force: true });
    await parent.sync();
    return done;
  } finally {
    await parent.close();
    if (bytes === undefined) await removeEmptyParents(root, path);
  }
}

/** Removes what an interrupted write left beside a file. */
export async function removeTemporary(root: string, path: string, temporary: string): Promise<void> {
  const parent = await openParent(root, path, { create: false });
  await parent?.verify().then(() => rm(parent.at(temporary), { force: true }));
  await parent?.close();
}

async function readIn(parent: ParentFolder, name: string): Promise<Buffer | undefined> {
  try {
    const file = await open(parent.at(name), readFlags);
    try {
      if (!(await file.stat()).isFile()) throw new ConflictError(`${name} is no ordinary file`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) === 'ELOOP') throw new ConflictError(`${name} is a symbolic link`, { cause: error });
    throw error;
  }
}

async function writeTemporary(
  parent: ParentFolder,
  { bytes, temporary }: { bytes: Buffer; temporary: string },
): Promise<void> {
  const mode = await modeOf(parent);
  const file = await open(parent.at(temporary), 'wx', mode ?? 0o666);
  try {
    await file.writeFile(bytes);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function modeOf(parent: ParentFolder): Promise<number | undefined> {
  const file = await open(parent.at(parent.name), readFlags).catch(() => undefined);
  if (file === undefined) return undefined;
  const { mode } = await file.stat().finally(() => file.close());
  return mode & 0o7777;
}

async function exchange(
  parent: ParentFolder,
  { before, temporary }: { before: string; temporary: string },
): Promise<boolean> {
  const [target, fresh] = [parent.at(parent.name), parent.at(temporary)];
  if (before === contentHash(undefined)) return createOnly(parent, temporary);
  if (contentHash(await readIn(parent, parent.name)) !== before) return false;
  try {
    await swap(fresh, target);
  } catch (error) {
    // A file system that cannot exchange two names: the plain rename, without the second look.
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error))) throw error;
    await rename(fresh, target);
    return true;
  }
  if (contentHash(await readIn(parent, temporary)) !== before) {
    await swap(fresh, target);
    return false;
  }
  await rm(fresh, { force: true });
  return true;
}

/** A link fails where a name is taken, a rename would replace it. */
async function createOnly(parent: ParentFolder, temporary: string): Promise<boolean> {
  try {
    await link(parent.at(temporary), parent.at(parent.name));
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error;
    if ((await readIn(parent, parent.name)) !== undefined) return false;
    await rename(parent.at(temporary), parent.at(parent.name));
  }
  await rm(parent.at(temporary), { force: true });
  return true;
}

/** Removed by way of a rename, so that what was really removed can be looked at, and put back. */
async function removeIn(
  parent: ParentFolder,
  { before, temporary }: { before: string; temporary: string },
): Promise<boolean> {
  await parent.verify();
  if (contentHash(await readIn(parent, parent.name)) !== before) return false;
  await rename(parent.at(parent.name), parent.at(temporary));
  if (contentHash(await readIn(parent, temporary)) !== before) {
    await rename(parent.at(temporary), parent.at(parent.name));
    return false;
  }
  await rm(parent.at(temporary), { force: true });
  await parent.sync();
  return true;
}

/** Puts back what an interrupted write had exchanged out. */
export async function restoreTemporary(
  root: string,
  path: string,
  { temporary, remove }: { temporary: string; remove: boolean },
): Promise<void> {
  const parent = await openParent(root, path, { create: false });
  if (parent === undefined) return;
  try {
    if (remove) return await rename(parent.at(temporary), parent.at(parent.name));
    await swap(parent.at(temporary), parent.at(parent.name));
    await rm(parent.at(temporary), { force: true });
  } finally {
    await parent.close();
  }
}
