import type { DocumentFile, OpenSpecChange } from '../model.ts';
import { proseSource } from './language/prose.ts';

/** A capability that a proposal names, and where. */
export interface NamedCapability {
  name: string;
  line: number;
}

/**
 * The capabilities that a proposal says it touches: those of its Capabilities section, or else, as proposals were
 * written before that section existed, those in backticks on its "Affected specs" lines.
 */
export function proposalCapabilities({ proposal, capabilities }: OpenSpecChange): NamedCapability[] {
  if (capabilities.length > 0 || proposal === undefined) return capabilities;
  return affectedSpecs(proposal);
}

function affectedSpecs({ text }: DocumentFile): NamedCapability[] {
  return proseSource(text).flatMap(({ text: line, line: number }) => {
    const label = /^\s{0,8}[-*]\s+[*_]{0,2}affected (?:specs?|capabilities)\b/i.exec(line);
    if (label === null) return [];
    const spans = line.split('`').filter((_, index) => index % 2 === 1);
    return spans.flatMap((span) => {
      const name = span.replace(/^(?:openspec\/)?specs\//, '').replace(/\/spec\.md$/, '');
      return /^[a-z0-9]+(?:[-/][a-z0-9]+)*$/.test(name) ? [{ name, line: number }] : [];
    });
  });
}
