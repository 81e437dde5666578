import type { Edit, Provenance } from '../types/index.ts';
import type { AuthorKind } from './store/update-record.ts';

export interface ProposeRequest {
  /** relative to the root */
  path: string;
  edits: Edit[];
  /** what sort of edit it is, in words of the caller: `answer`, `improve`, `document` */
  kind: string;
  reason: string;
  /** its `author` is a name to show, and decides nothing */
  provenance: Provenance;
  /** who is behind it; when it is not given: `model` where a model is named, else `rules` */
  authorKind?: AuthorKind;
  change?: string;
  /** the actor that is told where the update stands */
  proposer?: string;
  /** default: what the policy says. A sensitive edit waits even when this is false. */
  needsApproval?: boolean;
  /** a person's request is always new, unless it carries a key that was used before */
  key?: string;
}
