/** The names of an OpenSpec folder. Every path here is relative to the root, with `/` between its parts. */
export const changesFolder = 'changes';
export const archiveFolder = 'changes/archive';
export const specsFolder = 'specs';
export const metadataName = '.openspec.yaml';

/** The folder of a change; an archived one lies under `changes/archive`. */
export function folderOf(id: string, archived = false): string {
  return `${archived ? archiveFolder : changesFolder}/${id}`;
}

/** True for a name that can be a change's folder: one part, not hidden, not the archive. */
export function isChangeId(name: string): boolean {
  return name !== '' && name !== 'archive' && !name.startsWith('.') && !/[/\\\0]/.test(name);
}

/** Hidden files (but OpenSpec's own metadata) and what editors leave beside a file while they save it. */
export function isIgnoredName(name: string): boolean {
  if (name === metadataName) return false;
  return (
    name.startsWith('.') ||
    name.endsWith('~') ||
    name === '4913' ||
    (name.startsWith('#') && name.endsWith('#')) ||
    /\.(?:swp|swx|swo|tmp|crswap)$/.test(name)
  );
}
