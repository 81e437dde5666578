import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRoot } from '../openspec/index.ts';
import { type ChangeDetail, changeDetailSchema } from '../types/index.ts';
import type { DemoFolder } from './demo-folder.ts';
import type { Git } from './git.ts';
import { type PersonEdit, personEdit } from './person-edit.ts';
import { WorkerApi } from './worker-api.ts';

/** What the scenes play with: the folder, the worker in front of it, and what the person is going to save. */
export interface Stage {
  root: string;
  repository: Git;
  worker: WorkerApi;
  edit: PersonEdit;
  /** saves the edit in the folder as it is now */
  save(): Promise<void>;
  /** the change that it all happens to, as the worker shows it */
  change(): Promise<ChangeDetail>;
}

/** Chooses the change and what to write into it, by what the folder holds. */
export async function setStage({ root, repository, socketPath }: DemoFolder): Promise<Stage> {
  const worker = new WorkerApi(socketPath);
  const edit = personEdit(await readRoot(root));
  return {
    root,
    repository,
    worker,
    edit,
    async save() {
      // Made anew: an answer has been written since the folder was first read.
      const { texts } = personEdit(await readRoot(root));
      for (const [file, text] of texts) await writeFile(join(root, file), text);
    },
    change: () => worker.get(`/api/changes/${encodeURIComponent(edit.change)}`, changeDetailSchema),
  };
}
