import type { Config } from '../../config/index.ts';
import { findOnPath } from '../../redis/binary.ts';
import { defaultCacheDir, openRedis } from '../../redis/index.ts';
import { findUnpacked, unpackedFolder } from '../../redis/unpacked.ts';
import type { DoctorCheck } from './check.ts';
import type { RunningWorker } from './worker.ts';

/** A running worker knows its Redis; a Redis of one's own is asked; an embedded one is only looked for. */
export async function checkRedis(
  config: Config,
  at: { worker: RunningWorker | undefined; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<DoctorCheck[]> {
  if (at.worker?.isOurs === true) {
    const { origin, ok, notes } = at.worker.health.redis;
    return [{ name: 'redis', ok, found: [origin, ...notes].join('; ') }];
  }
  const { url } = config.redis;
  if (url !== undefined) return checkForeign(url, { stateDir: config.stateDir, signal: at.signal });

  const binary =
    (await findOnPath(at.env.PATH, at.signal)) ??
    (await findUnpacked(unpackedFolder(defaultCacheDir(at.env)), at.signal));
  if (binary === undefined) {
    return [
      {
        ...{
          name: 'redis',
          ok: false,
          advice: true,
          found: 'no redis-server or valkey-server on PATH or in the cache',
        },
        ...{ remedy: 'specloop start fetches one, where apt-get or brew is there; or set REDIS_URL' },
      },
    ];
  }
  return [
    { name: 'redis', ok: true, found: `${binary.product} ${binary.version} (${binary.path}), embedded` },
  ];
}

async function checkForeign(
  url: string,
  options: { stateDir: string; signal: AbortSignal },
): Promise<DoctorCheck[]> {
  const redis = await openRedis({ url, ...options });
  try {
    return [{ name: 'redis', ok: true, found: redis.origin }, ...(await redis.checks())];
  } finally {
    await redis.close();
  }
}
