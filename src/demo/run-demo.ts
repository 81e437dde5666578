import { basename } from 'node:path';
import { loadConfig } from '../config/index.ts';
import { describeError } from '../errors.ts';
import { startWorker } from '../worker.ts';
import { type DemoFolder, makeDemoFolder } from './demo-folder.ts';
import { startScriptedServer } from './lm-studio-server.ts';
import { scenes } from './scenes.ts';
import { playScript } from './script.ts';
import { type Stage, setStage } from './stage.ts';

export interface DemoOptions {
  /** a folder that holds an `openspec/`; it is copied */
  example: string;
  /** 0: any free one */
  httpPort: number;
  onLine(line: string): void;
  /** called when the loop is through; everything stays up until it resolves */
  lookAround(stage: Stage): Promise<void>;
  signal: AbortSignal;
}

const patienceMs = 60_000;

/**
 * Shows the loop on a throw-away copy of an example: a real worker with a Redis of its own, and a scripted model.
 *
 * @throws SceneError that names what did not happen
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { example, httpPort, onLine, signal, lookAround } = options;
  const standing: (() => Promise<void>)[] = [];
  try {
    const folder = await makeDemoFolder(example);
    standing.push(() => folder.remove());
    onLine(`a copy of ${basename(example)} in a git repository of its own: ${folder.root}`);
    const model = await startScriptedServer();
    standing.push(() => model.stop());
    onLine(
      `a scripted server in place of LM Studio on ${model.url}: it derives replies, and understands nothing`,
    );
    const config = await configFor(folder, { modelUrl: model.url, httpPort });
    const worker = await startWorker(config, { join: false, onLine, signal });
    standing.push(() => worker.stop());
    const stage = await setStage(folder);
    await playScript(scenes(stage), { patienceMs, onLine, signal });
    await lookAround(stage);
  } finally {
    // One that does not end well must not keep the others standing.
    for (const end of standing.reverse()) await end().catch((error) => onLine(describeError(error)));
  }
}

/** Nothing of the person's own settings: neither their Redis nor their socket is any business of a demo. */
function configFor(folder: DemoFolder, o: { modelUrl: string; httpPort: number }) {
  const env = {
    SPECLOOP_STATE_DIR: folder.stateDir,
    WORKFLOW_ORCHESTRATOR_SOCKET: folder.socketPath,
    SPECLOOP_HTTP_PORT: String(o.httpPort),
  };
  return loadConfig({ argv: { root: folder.root, lmStudioUrl: o.modelUrl }, env, cwd: folder.path });
}
