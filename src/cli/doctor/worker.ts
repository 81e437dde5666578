import type { z } from 'zod';
import type { Config } from '../../config/index.ts';
import { healthSchema } from '../../http/schemas.ts';
import { connectToWorker } from '../client.ts';
import type { CommandContext } from '../command-context.ts';

/** A worker that answers on the socket: that of this root, or that of another one. */
export interface RunningWorker {
  isOurs: boolean;
  health: z.output<typeof healthSchema>;
}

/** The running worker; undefined where none answers, for whatever reason: the socket's own check tells. */
export async function findWorker(
  context: CommandContext,
  config: Config,
): Promise<RunningWorker | undefined> {
  const { socketPath } = config;
  try {
    const worker = await connectToWorker({ socketPath, startCommand: '', signal: context.signal });
    const health = await worker.get('/health', healthSchema);
    return { health, isOurs: health.root === config.root };
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
