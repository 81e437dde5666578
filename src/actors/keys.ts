/**
 * Where things lie in Redis. A family (an actor and all its children) hashes by its root's id to one of P partitions;
 * every key of a partition carries one hash tag, so one script may touch them all on Redis Cluster too.
 */
export const partitionCount = 16;

/** FNV-1a, 32 bits: spreads root ids over the partitions; never change it, or stored actors are not found. */
export function partitionOf(rootId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(rootId, 'utf8')) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash % partitionCount;
}

/** A child's id is its effect id, which begins with its parent's id: the root is what stands before the first mark. */
export const familyMark = '~';

/** The id of the actor at the head of a family. */
export function rootOf(actorId: string): string {
  const mark = actorId.indexOf(familyMark);
  return mark === -1 ? actorId : actorId.slice(0, mark);
}

/** `<actor>~<seq>.<index>.<nonce>`: the id of an effect, a timer or a child actor. */
export function effectIdOf(actorId: string, seq: number, index: number, nonce: string): string {
  return `${actorId}${familyMark}${seq}.${index}.${nonce}`;
}

/** The actor that an effect, a timer or a child belongs to; empty for the head of a family. */
export function actorOf(effectId: string): string {
  return effectId.slice(0, Math.max(0, effectId.lastIndexOf(familyMark)));
}

export interface PartitionKeys {
  /** what every key of the partition begins with: `<ns>:{<ns>/<p>}:` */
  prefix: string;
  outbox: string;
  timers: string;
  running: string;
  index: string;
}

export function partitionKeys(namespace: string, partition: number): PartitionKeys {
  const prefix = `${namespace}:{${namespace}/${partition}}:`;
  return {
    prefix,
    outbox: `${prefix}outbox`,
    timers: `${prefix}timers`,
    running: `${prefix}running`,
    index: `${prefix}index`,
  };
}

export interface ActorKeys extends PartitionKeys {
  record: string;
  history: string;
  seen: string;
}

export function actorKeys(namespace: string, actorId: string): ActorKeys {
  const keys = partitionKeys(namespace, partitionOf(rootOf(actorId)));
  return {
    ...keys,
    record: `${keys.prefix}a:${actorId}`,
    history: `${keys.prefix}h:${actorId}`,
    seen: `${keys.prefix}s:${actorId}`,
  };
}
