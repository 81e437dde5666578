import { isAbsolute, relative, sep } from 'node:path';
import { UserError } from '../../errors.ts';

const maxNameBytes = 255;

/**
 * The parts of a path relative to the root, checked by their spelling alone: what follows a path must still look at
 * what stands there (`openParent`).
 *
 * @throws UserError (`bad-path`) for a path that is absolute, empty, climbs, or cannot be a file's name
 */
export function pathParts(path: string): string[] {
  if (path.includes('\0') || path.includes('\\'))
    throw bad(path, 'it has a character that no document has in its name');
  if (isAbsolute(path)) throw bad(path, 'it is absolute; paths are relative to the OpenSpec folder');
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') throw bad(path, 'it has an empty, `.` or `..` part');
    if (Buffer.byteLength(part) > maxNameBytes) throw bad(path, 'a name in it is longer than 255 bytes');
    if (Buffer.from(part).toString() !== part) throw bad(path, 'it is not valid Unicode');
    if (part.toLowerCase() === '.git') throw bad(path, 'it leads into a git directory');
  }
  return parts;
}

/**
 * The path relative to the root, with `/`, of a path as a person or a program gives it: relative already, or absolute
 * and inside the root.
 */
export function safePath(root: string, path: string): string {
  if (!isAbsolute(path)) return pathParts(path).join('/');
  const inside = relative(root, path);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`))
    throw bad(path, `it is not inside ${root}`);
  return pathParts(inside.split(sep).join('/')).join('/');
}

function bad(path: string, why: string): UserError {
  return new UserError('this path cannot be used', { which: JSON.stringify(path), why, code: 'bad-path' });
}
