import { z } from 'zod';
import { UserError } from '../errors.ts';
import { describeIssue } from './issue.ts';
import { httpUrl, logLevel, port } from './settings.ts';

const flag = z
  .enum(['1', 'true', 'yes', 'on', '0', 'false', 'no', 'off'])
  .transform((word) => ['1', 'true', 'yes', 'on'].includes(word));
const text = z.string().min(1);

const environmentSchema = z.object({
  WORKFLOW_ORCHESTRATOR_SOCKET: text.optional(),
  OPENSPEC_WATCH_PATH: text.optional(),
  LM_STUDIO_BASE_URL: httpUrl.optional(),
  MCP_ORCHESTRATOR_SOCKET: text.optional(),
  REDIS_URL: text.optional(),
  LM_API_TOKEN: text.optional(),
  SPECLOOP_CONFIG: text.optional(),
  SPECLOOP_STATE_DIR: text.optional(),
  SPECLOOP_HTTP_HOST: text.optional(),
  SPECLOOP_HTTP_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port number')
    .transform(Number)
    .pipe(port)
    .optional(),
  SPECLOOP_PAUSE_IMPROVING: flag.optional(),
  LOG_LEVEL: logLevel.optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

/**
 * Reads the variables that are ours. An empty one counts as unset, as shells and compose files leave them.
 *
 * @throws UserError (exit 2) that names the variable and never shows the value of REDIS_URL or LM_API_TOKEN
 */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const checked = environmentSchema.safeParse(set);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const name = String(issue?.path[0] ?? '');
  throw new UserError('an environment variable has a value that cannot be used', {
    which: `${name}=${set[name] ?? ''}`,
    why:
      issue === undefined
        ? checked.error.message
        : (describeIssue(issue, environmentSchema)[0]?.message ?? ''),
    next: `correct ${name}, or unset it`,
    exitCode: 2,
    code: 'environment-invalid',
  });
}
