import { UserError } from '../errors.ts';
import type { RedisFacts } from './facts.ts';

/** One line of `doctor`. An `advice` check that is not ok costs something, but nothing stops for it. */
export interface RedisCheck {
  name: 'redis-version' | 'redis-eviction' | 'redis-aof';
  ok: boolean;
  found: string;
  needed?: string;
  remedy?: string;
  advice?: boolean;
}

/** BullMQ throws below the first and is fully compliant from the second. */
const OLDEST_VERSION = '5.0.0';
const GOOD_VERSION = '6.2.0';

/** What `doctor` and `/health` say about a Redis. */
export function checksOf(facts: RedisFacts): RedisCheck[] {
  return [versionCheck(facts), evictionCheck(facts), aofCheck(facts)];
}

/**
 * Refuses a Redis that would lose work: too old for BullMQ, or one that evicts keys when memory is short.
 *
 * @throws UserError (exit 3)
 */
export function refuseUnusable(facts: RedisFacts, which: string): void {
  const failed = checksOf(facts).find((check) => !check.ok && check.advice !== true);
  if (failed === undefined) return;
  throw new UserError(
    failed.name === 'redis-version' ? 'this Redis is too old' : 'this Redis may drop our data',
    {
      which,
      why: `${failed.found}; needed: ${failed.needed ?? ''}`,
      ...(failed.remedy === undefined ? {} : { next: failed.remedy }),
      exitCode: 3,
      code: failed.name,
    },
  );
}

function versionCheck(facts: RedisFacts): RedisCheck {
  const { version } = facts;
  const found = version === undefined ? 'unknown' : `${facts.product} ${facts.productVersion ?? version}`;
  const check = {
    name: 'redis-version',
    found,
    needed: `Redis ${GOOD_VERSION.slice(0, 3)} or newer`,
  } as const;
  if (version === undefined) {
    return {
      ...check,
      ok: false,
      advice: true,
      remedy: 'allow this user the INFO command, so that it can be checked',
    };
  }
  if (atLeast(version, GOOD_VERSION)) return { ...check, ok: true };
  const remedy = 'install Redis 7 or Valkey 8, or unset REDIS_URL to use the embedded one';
  return { ...check, ok: false, remedy, ...(atLeast(version, OLDEST_VERSION) ? { advice: true } : {}) };
}

function evictionCheck(facts: RedisFacts): RedisCheck {
  const policy = facts.evictionPolicy;
  const check = { name: 'redis-eviction', needed: 'maxmemory-policy noeviction' } as const;
  if (policy === 'noeviction') return { ...check, ok: true, found: policy };
  const remedy = 'redis-cli CONFIG SET maxmemory-policy noeviction (and in redis.conf, so that it stays)';
  if (policy === undefined) return { ...check, ok: false, found: 'unknown', remedy, advice: true };
  return { ...check, ok: false, found: `maxmemory-policy ${policy}`, remedy };
}

function aofCheck(facts: RedisFacts): RedisCheck {
  const check = { name: 'redis-aof', needed: 'appendonly yes, appendfsync always' } as const;
  if (facts.aofEnabled === true && facts.appendfsync === 'always') {
    return { ...check, ok: true, found: 'appendonly yes, appendfsync always' };
  }
  const weak = { ...check, ok: false, advice: true } as const;
  if (facts.aofEnabled === undefined) {
    return {
      ...weak,
      found: 'unknown: what a power cut may cost cannot be told',
      remedy: 'allow this user INFO',
    };
  }
  if (!facts.aofEnabled) {
    return {
      ...weak,
      found: 'appendonly no: a power cut or a crash of Redis may cost everything since the last snapshot',
      remedy: 'redis-cli CONFIG SET appendonly yes, then CONFIG SET appendfsync always (and in redis.conf)',
    };
  }
  const remedy = 'redis-cli CONFIG SET appendfsync always (and in redis.conf)';
  switch (facts.appendfsync) {
    case undefined:
      return {
        ...weak,
        found: 'appendonly yes, appendfsync unknown: a power cut may cost the last second',
        remedy,
      };
    case 'everysec':
      return { ...weak, found: 'appendfsync everysec: a power cut may cost the last second', remedy };
    default:
      return {
        ...weak,
        found: `appendfsync ${facts.appendfsync}: a power cut may cost what the system had not yet written, often 30 s`,
        remedy,
      };
  }
}

function atLeast(version: string, needed: string): boolean {
  const have = version.split('.').map(Number);
  for (const [at, need] of needed.split('.').map(Number).entries()) {
    const part = have[at] ?? 0;
    if (part !== need) return part > need;
  }
  return true;
}
