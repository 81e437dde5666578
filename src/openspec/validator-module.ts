import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { TerminalError } from '../errors.ts';

/**
 * `allowInstalled` (default true): use the OpenSpec that the repository itself has installed, where there is one of the
 * same major version. That runs the repository's code in this process, just as its own `npx openspec` would; set it to
 * false for a repository that nobody here would run a script of.
 */
export interface ValidatorChoice {
  allowInstalled?: boolean;
}

/** Which OpenSpec validates. `path` is the folder of its package. */
export interface ValidatorVersion {
  version: string;
  source: 'installed' | 'bundled';
  path: string;
}

const reportSchema = z.object({
  issues: z.array(
    z.object({
      level: z.enum(['ERROR', 'WARNING', 'INFO']),
      path: z.string().default(''),
      message: z.string(),
      line: z.number().int().min(1).optional().catch(undefined),
    }),
  ),
});

/** One issue as OpenSpec reports it: `path` is a path for some rules and a place in its own data for others. */
export type ReportedIssue = z.infer<typeof reportSchema>['issues'][number];

export interface Validator {
  version: ValidatorVersion;
  change(changeDir: string, options: { mainSpecsDir: string; projectRoot: string }): Promise<ReportedIssue[]>;
  spec(file: string): Promise<ReportedIssue[]>;
}

interface ValidatorClass {
  new (
    strict: boolean,
  ): {
    validateChangeDeltaSpecs(
      changeDir: string,
      options: { mainSpecsDir: string; projectRoot: string },
    ): Promise<unknown>;
    validateSpec(file: string): Promise<unknown>;
  };
}

const moduleSchema = z.object({
  Validator: z.custom<ValidatorClass>(
    (value) =>
      typeof value === 'function' &&
      typeof value.prototype?.validateChangeDeltaSpecs === 'function' &&
      typeof value.prototype?.validateSpec === 'function',
  ),
});
const manifestSchema = z.object({ name: z.literal('@fission-ai/openspec'), version: z.string() });

const loaded = new Map<string, Promise<Validator>>();

/** The validator for a root: the repository's own where that is allowed, there and compatible, else the bundled one. */
export async function loadValidator(root: string, choice: ValidatorChoice = {}): Promise<Validator> {
  const bundled = bundledFolder();
  if (choice.allowInstalled !== false) {
    const installed = findInstalled(root, bundled);
    if (installed !== undefined) {
      // one that does not load is as good as none: the bundled one can still judge
      const validator = await loadOnce(installed, 'installed').catch(() => undefined);
      if (validator !== undefined) return validator;
    }
  }
  return loadOnce(bundled, 'bundled');
}

/** Which OpenSpec validates this root: the repository's own installation, or the one that comes with specloop. */
export async function validatorVersion(root: string, choice?: ValidatorChoice): Promise<ValidatorVersion> {
  return (await loadValidator(root, choice)).version;
}

function loadOnce(folder: string, source: ValidatorVersion['source']): Promise<Validator> {
  const known = loaded.get(folder);
  if (known !== undefined) return known;
  const loading = load(folder, source);
  loaded.set(folder, loading);
  return loading;
}

/** The validator is no public export of the package, so it is loaded by its path; the version is pinned for that. */
async function load(folder: string, source: ValidatorVersion['source']): Promise<Validator> {
  // read when the module loads; what is used here sends nothing anyway
  process.env.OPENSPEC_TELEMETRY = '0';
  const version = readVersion(folder);
  const url = pathToFileURL(path.join(folder, 'dist/core/validation/validator.js')).href;
  const module = moduleSchema.safeParse(await import(url));
  if (!module.success)
    throw new TerminalError(`OpenSpec ${version} in ${folder} has no validator that is known here`);
  const strict = new module.data.Validator(true);
  return {
    version: { version, source, path: folder },
    change: async (changeDir, options) =>
      reportSchema.parse(await strict.validateChangeDeltaSpecs(changeDir, options)).issues,
    spec: async (file) => reportSchema.parse(await strict.validateSpec(file)).issues,
  };
}

function bundledFolder(): string {
  const entry = createRequire(import.meta.url).resolve('@fission-ai/openspec');
  return path.dirname(path.dirname(entry));
}

/** The nearest `node_modules/@fission-ai/openspec` above the root, if its major version is the bundled one's. */
function findInstalled(root: string, bundled: string): string | undefined {
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules/@fission-ai/openspec');
    const version = fs.existsSync(candidate) ? versionIn(candidate) : undefined;
    if (version !== undefined) {
      const real = fs.realpathSync(candidate);
      return real !== bundled && majorOf(version) === majorOf(readVersion(bundled)) ? real : undefined;
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

function versionIn(folder: string): string | undefined {
  try {
    return readVersion(folder);
  } catch {
    return undefined;
  }
}

function readVersion(folder: string): string {
  const manifest: unknown = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return manifestSchema.parse(manifest).version;
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}
