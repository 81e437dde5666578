import { UserError } from '../errors.ts';
import { readRootFile } from './sink/root-file.ts';

const longestId = 60;
const maxTries = 100;

export interface ProposalFile {
  change: string;
  file: string;
  text: string;
  /** it is there already, word for word: the same proposal made twice is one change */
  stands: boolean;
}

/** Where a proposal of this title goes, and its text: the title as its heading where the content brings none. */
export async function proposalFor(root: string, title: string, content: string): Promise<ProposalFile> {
  const name = changeName(title);
  if (name === '')
    throw new UserError('a proposal needs a title with letters or digits', { which: JSON.stringify(title) });
  const heading = content.trimStart().startsWith('# ') ? '' : `# ${title.replace(/\s+/g, ' ').trim()}\n\n`;
  const text = `${heading}${content.trimEnd()}\n`;
  for (let count = 1; count <= maxTries; count += 1) {
    const change = count === 1 ? name : `${name}-${count}`;
    const file = `changes/${change}/proposal.md`;
    const standing = await readRootFile(root, file);
    if (standing === undefined) return { change, file, text, stands: false };
    if (standing.equals(Buffer.from(text))) return { change, file, text, stands: true };
  }
  throw new UserError('there are too many changes of this name', { which: name });
}

/** Kebab-case and ASCII, as OpenSpec names changes. */
function changeName(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return words.split(' ').join('-').slice(0, longestId).replace(/-$/, '');
}
