import { type Config, loadConfig } from '../../config/index.ts';
import { type ExitCode, UserError } from '../../errors.ts';
import { readRoot } from '../../openspec/root.ts';
import { type ReportFormat, render } from '../../review/report/index.ts';
import { reviewResult } from '../../review/review-result.ts';
import type { FindingCounts } from '../../types/index.ts';
import { chooseChanges } from '../choose-changes.ts';
import { type CommandContext, configFlags } from '../command-context.ts';
import { optimiseLate } from '../optimise-late.ts';
import { reviewByRules } from '../review-by-rules.ts';
import { wantsColor } from '../terminal.ts';

export interface ReviewOptions {
  all?: boolean;
  /** `--no-model` */
  model: boolean;
  lm?: string;
  since?: string;
  format: ReportFormat;
  failOn: 'error' | 'warning' | 'never';
}

/**
 * `specloop review`: needs no worker and no Redis. Exit 4 when there are findings at or over `--fail-on`. What only some
 * reviews need (git, the model's client) is loaded by those, because a cold start is what people wait for in CI.
 */
export async function run(context: CommandContext, ids: string[], options: ReviewOptions): Promise<ExitCode> {
  optimiseLate();
  const { terminal, env, cwd } = context;
  if (ids.length > 0 && options.all === true) {
    throw new UserError('either changes are named, or all are reviewed', {
      which: '--all',
      exitCode: 2,
      code: 'usage',
    });
  }
  const flags = { ...configFlags(context), ...(options.lm === undefined ? {} : { lmStudioUrl: options.lm }) };
  const config = await loadConfig({ argv: flags, env, cwd, makeStateDir: false });
  const opened = await readRoot(config.root);
  const chosen = chooseChanges(ids, opened.changes);

  let findings = await reviewByRules(opened, chosen, config);
  if (usesModel(options, config, env)) {
    const { reviewByModel } = await import('../review-by-model.ts');
    findings = [...findings, ...(await reviewByModel({ context, config, opened, chosen, findings }))];
  }
  if (options.since !== undefined) {
    const { findingsAt, notIn } = await import('../review-since.ts');
    const before = await findingsAt({ ref: options.since, config, ids: chosen.map(({ id }) => id) });
    findings = notIn(before, findings);
  }

  const result = reviewResult(
    config.root,
    chosen.map(({ id }) => id),
    findings,
  );
  const format = context.json ? 'json' : options.format;
  const color = wantsColor(process.stdout.isTTY === true, env);
  terminal.print(render(format, result, { color, pathPrefix: await pathPrefix(format, config.root) }));
  return fails(result.summary, options.failOn) ? 4 : 0;
}

/** A model is used when it was asked for: on the command line, in the environment, or by naming one in the file. */
function usesModel(options: ReviewOptions, config: Config, env: NodeJS.ProcessEnv): boolean {
  if (!options.model) return false;
  return options.lm !== undefined || Boolean(env.LM_STUDIO_BASE_URL) || config.lmStudio.model !== undefined;
}

function fails(summary: FindingCounts, failOn: ReviewOptions['failOn']): boolean {
  if (failOn === 'never') return false;
  return summary.error > 0 || (failOn === 'warning' && summary.warning > 0);
}

/** GitHub and code scanning want paths from the top of the repository. */
async function pathPrefix(format: ReportFormat, root: string): Promise<string> {
  if (format !== 'sarif' && format !== 'github') return '';
  const { prefixInRepository } = await import('../review-since.ts');
  return (await prefixInRepository(root)) ?? '';
}
