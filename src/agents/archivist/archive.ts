import MiniSearch from 'minisearch';
import { stem, wordsOf } from '../words.ts';
import { type ArchiveDocument, type Passage, passagesOf } from './passages.ts';

/** Everything that can be quoted, ready to be searched. */
export interface Archive {
  passages: Passage[];
  /** the passages nearest to these stems (BM25), best first: proposals for the guard, no more */
  nearest(stems: string[], limit: number): Passage[];
  knows(stem: string): boolean;
  /** how much a word says: the rarer, the more (inverse document frequency) */
  weight(stem: string): number;
}

export function buildArchive(documents: ArchiveDocument[]): Archive {
  const passages = documents.flatMap(passagesOf);
  const index = new MiniSearch<{ id: number; text: string; context: string }>({
    fields: ['text', 'context'],
    tokenize: (text) => wordsOf(text).map(stem),
    processTerm: (term) => term,
  });
  const frequency = new Map<string, number>();
  passages.forEach((passage, id) => {
    const context = surroundings(passage);
    index.add({ id, text: passage.text, context });
    for (const word of new Set(wordsOf(`${passage.text}\n${context}`).map(stem))) {
      frequency.set(word, (frequency.get(word) ?? 0) + 1);
    }
  });
  return {
    passages,
    nearest(stems, limit) {
      const hits = index.search(stems.join(' '), { combineWith: 'OR' }).slice(0, limit);
      return hits.flatMap(({ id }) => passages[Number(id)] ?? []);
    },
    knows: (term) => frequency.has(term),
    weight: (term) => Math.log(1 + passages.length / (frequency.get(term) ?? 1)),
  };
}

/** What says what a passage is about without being quoted: headings, the item above, the folder of its capability. */
export function surroundings({ file, context, above }: Passage): string {
  const folder = file.split('/').slice(0, -1).join(' ').replaceAll('-', ' ');
  return `${context}\n${above}\n${folder}`;
}

/** Builds once for the same texts. */
export function rememberedArchive(): (documents: ArchiveDocument[]) => Archive {
  let last: { documents: ArchiveDocument[]; archive: Archive } | undefined;
  return (documents) => {
    if (last === undefined || !sameTexts(last.documents, documents)) {
      last = { documents, archive: buildArchive(documents) };
    }
    return last.archive;
  };
}

function sameTexts(a: ArchiveDocument[], b: ArchiveDocument[]): boolean {
  return (
    a.length === b.length && a.every(({ file, text }, at) => file === b[at]?.file && text === b[at]?.text)
  );
}
