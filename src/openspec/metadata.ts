import { parse } from 'yaml';
import { z } from 'zod';

const metadataSchema = z.looseObject({ skip_specs: z.boolean().optional() });

/** What is used of `.openspec.yaml`. */
export interface ChangeMetadata {
  skipSpecs: boolean;
  problem?: string;
}

/** Reads `.openspec.yaml`; broken content is a problem, never an exception. */
export function readMetadata(text: string): ChangeMetadata {
  const hazard = yamlHazard(text);
  if (hazard !== undefined) return { skipSpecs: false, problem: hazard };
  try {
    const parsed = metadataSchema.safeParse(parse(text, { logLevel: 'error' }) ?? {});
    if (!parsed.success) return { skipSpecs: false, problem: describe(parsed.error.issues[0]) };
    return { skipSpecs: parsed.data.skip_specs ?? false };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { skipSpecs: false, problem: `is not valid YAML: ${reason.replace(/:$/, '')}` };
  }
}

const maxYamlBytes = 64 * 1024;
const maxYamlDepth = 64;

/**
 * Why this text must not reach a YAML parser. Two deeply nested documents of some kilobytes abort the whole process in
 * `yaml` 2.9 (no exception to catch), so depth is counted here first, in one pass.
 */
export function yamlHazard(text: string): string | undefined {
  if (text.length > maxYamlBytes) return 'is larger than the 64 kB that is read of a YAML file';
  let depth = 0;
  for (const line of text.split('\n')) {
    const leading = /^[-?\s]*/.exec(line)?.[0] ?? '';
    if (leading.split(/[-?]\s/).length > maxYamlDepth || leading.length > 4 * maxYamlDepth) return tooDeep;
    for (const char of line) {
      if (char === '[' || char === '{') depth += 1;
      if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
      if (depth > maxYamlDepth) return tooDeep;
    }
  }
  return undefined;
}

const tooDeep = `is nested deeper than ${maxYamlDepth}, so it was not read`;

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined || issue.path.length === 0) return 'is not a mapping of keys to values';
  return `has a wrong value for ${issue.path.join('.')}: ${issue.message}`;
}
