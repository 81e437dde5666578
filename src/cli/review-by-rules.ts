import type { Config } from '../config/index.ts';
import type { OpenSpecChange, OpenSpecRoot } from '../openspec/index.ts';
import { reviewChange } from '../review/review-change.ts';
import type { Finding } from '../types/index.ts';

/** What rules and OpenSpec's own validation find in some changes of a root. */
export async function reviewByRules(
  opened: OpenSpecRoot,
  chosen: readonly OpenSpecChange[],
  config: Pick<Config, 'review'>,
): Promise<Finding[]> {
  const { root, specs, changes } = opened;
  const reviews = chosen.map((change) =>
    reviewChange({
      root,
      change,
      specs,
      otherChanges: changes.filter((other) => other !== change),
      validate: true,
      severities: config.review.severities,
      paths: config.review.paths,
    }),
  );
  return (await Promise.all(reviews)).flat();
}
