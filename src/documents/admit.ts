import type { ActorClient } from '../actors/api.ts';
import type { UpdateInput } from '../machines/document-update.ts';
import type { DocumentStore } from './store/document-store.ts';
import { updateActor } from './update-identity.ts';

/**
 * Whether an update may go on: the same edit that was undone or rejected before is not written again, unless a person
 * asks for it anew.
 */
export async function admit(
  store: DocumentStore,
  actors: ActorClient,
  input: UpdateInput,
): Promise<{ kind: 'new' } | { kind: 'known'; why: string }> {
  await store.refresh();
  const own = store.find(input.update);
  if (own === undefined || own.anew || input.reverts !== undefined) return { kind: 'new' };
  for (const { id, state } of store.sameEdit(own.editKey)) {
    if (id === input.update) continue;
    if (store.undoneBy(id) !== undefined)
      return { kind: 'known', why: `the same edit was undone before (${id})` };
    const rejected = state === 'rejected' || (await actors.get(updateActor(id)))?.state === 'rejected';
    if (!rejected) continue;
    if (state !== 'rejected') await store.learn(id, { state: 'rejected' });
    return { kind: 'known', why: `the same edit was rejected before (${id})` };
  }
  return { kind: 'new' };
}
