import { promises as fs } from 'node:fs';
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
    const installed = await findInstalled(root, bundled);
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
  const { version } = await readManifest(folder);
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
async function findInstalled(root: string, bundled: string): Promise<string | undefined> {
  const { version } = await readManifest(bundled);
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules/@fission-ai/openspec');
    const manifest = await readManifest(candidate).catch(() => undefined);
    if (manifest !== undefined) {
      const real = await fs.realpath(candidate);
      return real !== bundled && majorOf(manifest.version) === majorOf(version) ? real : undefined;
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

async function readManifest(folder: string): Promise<z.infer<typeof manifestSchema>> {
  return manifestSchema.parse(JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')));
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}
