/** What OpenSpec's own validator says: `file` is relative to the root and exists, `line` counts from 1. */
export interface ValidationIssue {
  level: 'ERROR' | 'WARNING' | 'INFO';
  file: string;
  line: number;
  message: string;
}

/** `allowInstalled` (default true): use the OpenSpec that the repository has installed, where there is a compatible one. */
export interface ValidatorChoice {
  allowInstalled?: boolean;
}

/** Validates one change strictly, as `openspec validate <change> --strict` does. */
export function validateChange(
  _root: string,
  _changeDir: string,
  _choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  throw new Error('not built yet');
}

/** Validates one capability's spec in `specs/` strictly. */
export function validateSpec(
  _root: string,
  _capability: string,
  _choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  throw new Error('not built yet');
}

/** Validates the change as it would be with these bytes (`files`: path relative to the root → content). */
export function validateCopy(
  _root: string,
  _changeId: string,
  _files: ReadonlyMap<string, Buffer>,
  _choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  throw new Error('not built yet');
}

/** Which OpenSpec validates this root. */
export function validatorVersion(
  _root: string,
  _choice?: ValidatorChoice,
): Promise<{ version: string; source: 'installed' | 'bundled'; path: string }> {
  throw new Error('not built yet');
}
