import type { CapabilitySpec, OpenSpecChange } from './model.ts';

/** A whole OpenSpec folder, read once. `root` is the absolute path of the folder that holds `changes/` and `specs/`. */
export interface OpenSpecRoot {
  root: string;
  specs: CapabilitySpec[];
  /** active changes, by id */
  changes: OpenSpecChange[];
  /** folder names under `changes/archive`, sorted */
  archived: string[];
}

/** Reads specs and active changes; archived ones are only named. Content never makes it throw, an absent root does. */
export function readRoot(_root: string): Promise<OpenSpecRoot> {
  throw new Error('not built yet');
}

/** The specs of `specs/`, by capability. */
export function readSpecs(_root: string): Promise<CapabilitySpec[]> {
  throw new Error('not built yet');
}
