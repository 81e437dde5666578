import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { COMMENTED_SETTINGS } from '../../src/cli/commented-settings.ts';
import { loadConfig } from '../../src/config/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sl-init-')));
  await mkdir(join(folder, 'openspec', 'changes'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function loaded(text: string) {
  await writeFile(join(folder, 'specloop.yaml'), text);
  return loadConfig({ cwd: folder, env: { SPECLOOP_STATE_DIR: join(folder, 'state') } });
}

it('what init writes holds the defaults: with every key taken in, only the examples make a difference', async () => {
  const [intro = '', ...sections] = COMMENTED_SETTINGS.split('\n\n');
  const uncommented = sections.join('\n').replaceAll(/^# ?/gm, '');
  expect(intro).toContain('Everything here is a default');
  const { lmStudio, redis, agents, ...rest } = await loaded(uncommented);
  const { lmStudio: lm, redis: _, agents: __, ...defaults } = await loaded(COMMENTED_SETTINGS);
  expect(rest).toEqual(defaults);
  expect(lmStudio).toEqual({ ...lm, model: 'qwen3-8b', requestsPerMinute: 30 });
  expect(redis).toEqual({ url: 'redis://127.0.0.1:6379' });
  expect(agents.map(({ id, kind }) => [id, kind])).toEqual([
    ['architect', 'persona'],
    ['docs', 'command'],
  ]);
});
