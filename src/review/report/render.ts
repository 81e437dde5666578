import type { ReviewResult } from '../review-result.ts';
import { renderGithub } from './github.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import { renderText } from './text.ts';

export const REPORT_FORMATS = ['text', 'json', 'sarif', 'github', 'markdown'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface RenderOptions {
  /** terminal colours, in `text` only */
  color?: boolean;
  /**
   * path from the repository's folder to the root, such as `openspec`: GitHub and code scanning want files relative to the
   * repository
   */
  pathPrefix?: string;
}

/** A review as text that ends with a line break. */
export function render(format: ReportFormat, result: ReviewResult, options: RenderOptions = {}): string {
  const { color = false, pathPrefix = '' } = options;
  switch (format) {
    case 'text':
      return renderText(result, color);
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'sarif':
      return renderSarif(result, pathPrefix);
    case 'github':
      return renderGithub(result, pathPrefix);
    case 'markdown':
      return renderMarkdown(result);
  }
}
