import { fenceMask, splitLines } from '../../lines.ts';
import type { DocumentFile, RuleReport } from '../../model.ts';
import { blankQuotes, proseLines } from '../language/prose.ts';
import type { Rule } from '../rule.ts';

const MARKERS = /\b(?:TBD|TBC|TODO|FIXME|XXX)\b|\?\?\?|\blorem ipsum\b/;
/** A marker before one of these is spoken about, not left behind: "TODO comments", "the TBD placeholder". */
const SPOKEN_ABOUT =
  /\b(?:TBD|TBC|TODO|FIXME|XXX)(?:s\b|\/|,? (?:or|and) (?:TBD|TODO|FIXME)|[- ](?:comments?|items?|lists?|markers?|placeholders?|notes?|purpose|text|stubs?|sections?|entry|entries|tags?|apps?|tasks?|files?)\b)/i;
/** The words that OpenSpec's templates leave where text is to go. */
const TEMPLATE_SLOTS =
  /<(?:capability-path|capability-name|existing-capability-path|existing-name|brief description[^<>]{0,80}|what requirement is changing|requirement name|scenario name|expected outcome)>/i;
/** What every slot begins with: most documents have none, and need not be read line by line. */
const SLOT_STARTS = /<(?:capability|existing|brief|what|requirement|scenario|expected)/i;
const TEMPLATE_COMMENTS =
  /^<!-- (?:Explain the motivation|Describe what will change|Capabilities being introduced|Existing capabilities whose|Affected code, APIs|Current state and constraints|What this design aims|What is explicitly out|Key design decisions|Known risks|Task Group Name|Task description|requirement name|requirement text|scenario name|condition|expected outcome|New capabilities only)/i;

export const rule: Rule = {
  id: 'placeholder-text',
  severity: 'warning',
  summary: 'Text that was to be written later is still a placeholder: TBD, TODO, a slot of the template.',
  why: 'A placeholder passes every structural check and reaches the specs when the change is archived.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after a quiet period of TBD minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for the idle period
- **THEN** the person is signed out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after a quiet period of 30 minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for the idle period
- **THEN** the person is signed out
`,
  check({ change }) {
    return change.files
      .filter(({ file }) => file.endsWith('.md'))
      .flatMap((document) => [...markers(document), ...leftComments(document)]);
  },
};

function markers({ file, text }: DocumentFile): RuleReport[] {
  if (!MARKERS.test(text) && !SLOT_STARTS.test(text)) return [];
  return proseLines(text).flatMap(({ text: prose, line }) => {
    const visible = blankQuotes(prose);
    const found = MARKERS.exec(visible);
    const slot = TEMPLATE_SLOTS.exec(visible);
    if (slot !== null) return [{ file, line, message: `The template's ${slot[0]} has not been filled in` }];
    if (found === null || SPOKEN_ABOUT.test(visible)) return [];
    return [{ file, line, message: `"${found[0]}" is still to be filled in` }];
  });
}

/** The template's instructions, left as comments where the text was to go. */
function leftComments({ file, text }: DocumentFile): RuleReport[] {
  if (!text.includes('<!-- ')) return [];
  const lines = splitLines(text);
  const fenced = fenceMask(lines);
  return lines.flatMap((raw, index) => {
    const at = fenced[index] ? -1 : raw.indexOf('<!--');
    if (at < 0 || !TEMPLATE_COMMENTS.test(raw.slice(at))) return [];
    return [{ file, line: index + 1, message: "The template's instruction stands where the text was to go" }];
  });
}
