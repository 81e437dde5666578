import { z } from 'zod';

/**
 * What `specloop.yaml` may say: the keys of the contract, all optional. Defaults stand in `defaults.ts`, because flags
 * and environment come first.
 */

const seconds = z.number().int().min(0).max(31_536_000);
const count = z.number().int().min(1).max(10_000);
export const severitySetting = z.enum(['error', 'warning', 'info', 'off']);

export const port = z.number().int().min(0).max(65_535);
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
export const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// address' });

const agent = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, ".", "_" or "-" (64 at most)'),
    mcp: z
      .strictObject({
        command: z.string().min(1).optional(),
        args: z.array(z.string()).optional(),
        env: z.record(z.string(), z.string()).optional(),
        url: httpUrl.optional(),
        socket: z.string().min(1).optional(),
      })
      .refine(
        ({ command, url, socket }) => [command, url, socket].filter((way) => way !== undefined).length === 1,
        {
          error: 'expected exactly one of command, url, socket',
        },
      )
      .refine(
        ({ command, args, env }) => command !== undefined || (args === undefined && env === undefined),
        {
          error: 'args and env go with command',
        },
      )
      .optional(),
    persona: z.string().min(1).optional(),
    capabilities: z.array(z.string().min(1)).optional(),
  })
  .refine(({ mcp, persona }) => (mcp === undefined) !== (persona === undefined), {
    error: 'expected exactly one of mcp, persona',
  })
  .refine(({ id }) => id !== 'archivist' && id !== 'person', {
    error: 'archivist and person are always there; choose another id',
    path: ['id'],
  });

export const settingsSchema = z.strictObject({
  workflow_orchestrator: z
    .strictObject({
      socket_path: z.string().min(1),
      openspec_path: z.string().min(1),
      lm_studio_url: httpUrl,
      mcp_socket: z.string().min(1),
    })
    .partial()
    .optional(),
  question_routing: z
    .strictObject({
      cache_timeout: seconds,
      max_concurrent_questions: count,
      max_open_for_people: count,
    })
    .partial()
    .optional(),
  document_updates: z
    .strictObject({
      auto_commit: z.boolean(),
      backup_before_update: z.boolean(),
      mode: z.enum(['approve', 'auto']),
      branch: z.string().min(1),
    })
    .partial()
    .optional(),
  feedback_loop: z
    .strictObject({
      analysis_interval: seconds.min(1),
      improvement_threshold: z.number().min(0).max(1),
      mode: z.enum(['off', 'suggest', 'auto']),
      accept: z.enum(['strict', 'accumulate']),
      openspec_path: z.string().min(1),
    })
    .partial()
    .optional(),
  lm_studio: z
    .strictObject({
      model: z.string().min(1),
      embedding_model: z.string().min(1),
      requests_per_minute: count,
      max_concurrent: z.number().int().min(1).max(64),
      timeout: seconds.min(1),
      start: z.boolean(),
    })
    .partial()
    .optional(),
  redis: z
    .strictObject({ url: z.string().min(1) })
    .partial()
    .optional(),
  http: z
    .strictObject({ host: z.string().min(1), port })
    .partial()
    .optional(),
  review: z
    .strictObject({
      rules: z.record(z.string(), z.boolean()),
      severities: z.record(z.string(), severitySetting),
      paths: z.array(z.string().min(1)),
    })
    .partial()
    .optional(),
  agents: z
    .array(agent)
    .refine((agents) => new Set(agents.map(({ id }) => id)).size === agents.length, {
      error: 'two agents have the same id',
    })
    .optional(),
  log_level: logLevel.optional(),
});

/** The settings of a file as they stand in it. */
export type Settings = z.infer<typeof settingsSchema>;
/** An agent as the file names it: behind MCP, or a persona that LM Studio answers for. */
export type AgentSetting = z.infer<typeof agent>;
