import type { ExitCode } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { type DoctorCheck, runChecks } from '../doctor/index.ts';

/** `specloop doctor`: exit 0 when a worker could run here, else 3. Whatever it starts to look, it ends. */
export async function run(context: CommandContext, options: { model?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  const checks = await runChecks(context, { withModel: options.model === true });
  const ok = checks.every((check) => check.ok || check.advice === true);
  if (context.json) {
    terminal.printJson({ ok, checks });
    return ok ? 0 : 3;
  }
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const check of checks) {
    const [mark, colour] = markOf(check);
    terminal.print(`${terminal.paint(mark, colour)} ${check.name.padEnd(width)}  ${check.found}`);
    if (check.ok) continue;
    if (check.needed !== undefined) terminal.print(`     ${' '.repeat(width)}  needed: ${check.needed}`);
    if (check.remedy !== undefined) terminal.print(`     ${' '.repeat(width)}  remedy: ${check.remedy}`);
  }
  terminal.say(ok ? 'Ready: specloop start' : 'Not ready: see the remedies above.');
  return ok ? 0 : 3;
}

function markOf(check: DoctorCheck) {
  if (check.ok) return ['ok  ', 'green'] as const;
  return check.advice === true ? (['note', 'yellow'] as const) : (['FAIL', 'red'] as const);
}
