import { randomBytes } from 'node:crypto';
import type { EffectDefinition } from '../actors/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { TerminalError } from '../errors.ts';
import type { AnalysisResult, ChangeWork, ReadResult } from '../machines/index.ts';
import { type OpenSpecChange, readChange } from '../openspec/index.ts';
import { DOCUMENT_ASKER, normalisedText, type QuestionRouter, WITHDRAWN } from '../questions/index.ts';
import type { Reviewer } from '../review/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { countFindings, type FindingCounts, type Question } from '../types/index.ts';
import { draftsOf, reviewerAsker } from './drafts.ts';
import { changeActor } from './identity.ts';
import type { Models } from './models.ts';
import type { ReviewStore } from './review-store.ts';
import type { SurroundingsCache } from './surroundings.ts';

export interface ChangeEffectsDeps {
  root: string;
  reviewer: Reviewer;
  router: QuestionRouter;
  documents: DocumentManager;
  reviews: ReviewStore;
  surroundings: SurroundingsCache;
  models: Models;
  metrics: Metrics;
  /** a draft was dropped because it would make its document worse */
  countRefused(): Promise<void>;
}

/** The work that the machine `change` asks for, by the names it uses. */
export interface ChangeEffects {
  readChange: EffectDefinition<ChangeWork, ReadResult>;
  lintChange: EffectDefinition<ChangeWork, { findings: FindingCounts }>;
  analyseChange: EffectDefinition<ChangeWork, AnalysisResult>;
  raiseQuestions: EffectDefinition<ChangeWork, { open: string[] }>;
  draftEdits: EffectDefinition<ChangeWork, { drafts: string[] }>;
  verifyDrafts: EffectDefinition<ChangeWork & { drafts: string[] }, { accepted: string[] }>;
  proposeUpdates: EffectDefinition<ChangeWork & { drafts: string[] }, { updates: string[] }>;
}

const queue = 'analysis';

/** Each may run twice: what it writes is named by content, what it starts by identity. */
export function changeEffects(deps: ChangeEffectsDeps): ChangeEffects {
  const { root, reviewer, router, documents, reviews, surroundings, models, metrics, countRefused } = deps;

  async function mustRead(change: string): Promise<OpenSpecChange> {
    const read = await readChange(root, change);
    if (read === undefined) throw new TerminalError(`the folder changes/${change} is gone`);
    return read;
  }

  async function around(change: OpenSpecChange) {
    const { specs, changes } = await surroundings.read();
    return { specs, otherChanges: changes.filter(({ id }) => id !== change.id) };
  }

  return {
    readChange: {
      queue,
      async run({ change }) {
        const read = await readChange(root, change);
        if (read !== undefined) return { kind: 'read', contentHash: read.contentHash };
        const { archived } = await surroundings.read();
        return { kind: archived.some((name) => name.endsWith(`-${change}`)) ? 'archived' : 'gone' };
      },
    },

    lintChange: {
      queue,
      async run({ change }) {
        const read = await mustRead(change);
        const findings = await reviewer.review(read, await around(read));
        await reviews.saveRules(change, read.contentHash, findings);
        return { findings: countFindings(findings) };
      },
    },

    analyseChange: {
      queue: 'lm-studio',
      async run({ change }, { signal }) {
        const state = await models.state(signal);
        if (!state.usable) return { kind: 'unavailable', why: state.why };
        const read = await mustRead(change);
        const { specs } = await around(read);
        const findings = await reviews.rules(change);
        const nonce = randomBytes(8).toString('hex');
        const startedAt = performance.now();
        const analysis = await models.use(() =>
          reviewer.analyse({ change: read, specs, findings, nonce, signal }),
        );
        if (analysis === undefined) return { kind: 'unavailable', why: 'no model is configured' };
        metrics.analysed((performance.now() - startedAt) / 1000);
        await reviews.saveModel(change, { ...analysis, contentHash: read.contentHash });
        return { kind: 'analysed', findings: countFindings([...findings, ...analysis.findings]) };
      },
    },

    raiseQuestions: {
      queue,
      async run({ change, contentHash }) {
        const read = await mustRead(change);
        const asker = changeActor(change);
        const standing = read.openQuestions.filter(({ answered }) => !answered);
        for (const { text, file, line } of standing) {
          await router.ask({
            question: text,
            askedBy: DOCUMENT_ASKER,
            change,
            asker,
            places: [{ file, line }],
            priority: 1,
          });
        }
        const review = await reviews.model(change, contentHash);
        for (const { text, why, places, options, recommended, worth } of review?.questions ?? []) {
          const more = { ...(options && { options }), ...(recommended && { recommended }) };
          await router.ask({
            question: text,
            askedBy: reviewerAsker(review?.model ?? 'unknown'),
            change,
            asker,
            why,
            places,
            priority: worth,
            ...more,
          });
        }
        const open = await openQuestions(router, change);
        const words = new Set(
          read.openQuestions.filter((q) => !q.answered).map((q) => normalisedText(q.text)),
        );
        const stillOpen: string[] = [];
        for (const question of open) {
          const removed = question.asked_by === DOCUMENT_ASKER && !words.has(normalisedText(question.text));
          // A person took the bullet out or answered it by hand: nobody needs to be asked any more.
          if (removed) await router.cancel(question.id, WITHDRAWN);
          else stillOpen.push(question.id);
        }
        return { open: stillOpen };
      },
    },

    draftEdits: {
      queue,
      async run({ change, contentHash }) {
        const read = await mustRead(change);
        const { items } = await router.list({ state: 'answered', change, limit: 1000 });
        const review = await reviews.model(change, contentHash);
        const drafts = draftsOf({ change: read, answered: items, review });
        return { drafts: await Promise.all(drafts.map((draft) => reviews.saveDraft(change, draft))) };
      },
    },

    verifyDrafts: {
      queue,
      async run({ change, drafts }) {
        const accepted: string[] = [];
        for (const id of drafts) {
          const draft = await reviews.draft(change, id);
          if (draft === undefined) continue;
          // A person's words are never dropped in silence: their update says what stands against them.
          const { authorKind, edits } = draft;
          if (authorKind === 'person' || (await documents.verifyDraft(change, edits)).ok) accepted.push(id);
          else await countRefused();
        }
        return { accepted };
      },
    },

    proposeUpdates: {
      queue,
      async run({ change, drafts }) {
        const updates: string[] = [];
        for (const id of drafts) {
          const draft = await reviews.draft(change, id);
          if (draft === undefined) continue;
          updates.push(await documents.propose({ ...draft, change, proposer: changeActor(change) }));
        }
        // Each is an update now, which keeps its edits itself; an attempt that comes after this one finds none.
        await reviews.dropDrafts(change, drafts);
        return { updates };
      },
    },
  };
}

async function openQuestions(router: QuestionRouter, change: string): Promise<Question[]> {
  const { items } = await router.list({ change, limit: 1000 });
  return items;
}
