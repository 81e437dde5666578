import type { z } from 'zod';
import type { ExitCode } from '../../errors.ts';
import { healthSchema } from '../../http/schemas.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

type Health = z.output<typeof healthSchema>;

/** `specloop status`: how everything is, and what waits for whom. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const health = await worker.get('/health', healthSchema);
  if (context.json) {
    terminal.printJson(health);
    return 0;
  }
  const { paint } = terminal;
  const state = paint(health.status, health.status === 'ok' ? 'green' : 'yellow');
  terminal.print(`${paint('specloop', 'bold')} ${health.version}  ${health.root}  ${state}`);
  terminal.print(`redis    ${health.redis.origin}${health.redis.ok ? '' : paint('  not well', 'red')}`);
  for (const note of health.redis.notes) terminal.print(`         ${note}`);
  terminal.print(`model    ${modelLine(health.model)}`);
  terminal.print(`changes  ${countsLine(health.changes)}`);
  if (health.questions_open > 0) {
    terminal.print(
      `waiting  ${health.questions_open} open ${plural(health.questions_open, 'question')}: specloop questions`,
    );
  }
  if (health.updates_pending > 0) {
    terminal.print(
      `waiting  ${health.updates_pending} ${plural(health.updates_pending, 'update')} to approve: specloop updates`,
    );
  }
  if (health.repeated_calls > 0) terminal.print(`repeated ${health.repeated_calls} calls after crashes`);
  return 0;
}

function modelLine(model: Health['model']): string {
  const name = model.model === undefined ? model.state : `${model.state}: ${model.model}`;
  const why = model.why === undefined ? '' : `  ${model.why}`;
  const { sections, minutes } = model;
  const size = sections === undefined ? '' : `: ${sections} ${plural(sections, 'section')}`;
  const time = minutes === undefined ? '' : `, about ${Math.max(1, Math.round(minutes))} min`;
  const waiting =
    model.waiting === 0 ? '' : `  ${model.waiting} ${plural(model.waiting, 'change')} waiting${size}${time}`;
  return `${name}${why}${waiting}${model.paused ? '  paused: specloop resume' : ''}`;
}

function countsLine(counts: Record<string, number>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0 ? 'none' : present.map(([state, count]) => `${count} ${state}`).join(', ');
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
