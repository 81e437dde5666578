import type { DeltaSpec, OpenSpecChange } from '../../model.ts';
import { nameKey } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

interface Touch {
  verb: 'adds' | 'modifies' | 'removes' | 'renames';
  name: string;
  line: number;
}

export const rule: Rule = {
  id: 'overlapping-change',
  severity: 'warning',
  summary: 'Another active change touches the same requirement.',
  why: 'Whichever is archived second replaces the text of the first without a word, or is refused.',
  bad: `=== specs/accounts/spec.md
## MODIFIED Requirements

### Requirement: Password rules
The system SHALL refuse a password that is among the 100,000 most common ones.

#### Scenario: Common password
- **WHEN** a person chooses a password of that list
- **THEN** the password is refused
=== proposal.md
## Why
Sessions outlive the browser, and common passwords open them.

## What Changes
- Refuse common passwords, and sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: common passwords are refused
=== /changes/lengthen-passwords/proposal.md
## Why
Short passwords are guessed.
=== /changes/lengthen-passwords/specs/accounts/spec.md
## MODIFIED Requirements

### Requirement: Password rules
The system SHALL refuse a password shorter than 16 characters.

#### Scenario: Short password
- **WHEN** a person chooses a password of 15 characters
- **THEN** the password is refused
`,
  good: `=== specs/accounts/spec.md
## MODIFIED Requirements

### Requirement: Password rules
The system SHALL refuse a password that is among the 100,000 most common ones.

#### Scenario: Common password
- **WHEN** a person chooses a password of that list
- **THEN** the password is refused
=== proposal.md
## Why
Sessions outlive the browser, and common passwords open them.

## What Changes
- Refuse common passwords, and sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: common passwords are refused
`,
  check({ change, otherChanges }) {
    return change.deltas.flatMap((delta) =>
      touches(delta).flatMap(({ verb, name, line }) => {
        const { capability, file } = delta;
        // One that adds what the other modifies are two steps in a row.
        const rivals = rivalsAt(placeKey(capability, name), otherChanges).filter(
          (other) => (verb === 'adds') === (other.verb === 'adds'),
        );
        if (rivals.length === 0) return [];
        const named = rivals.map((rival) => `\`${rival.change}\` ${rival.verb} it`).join(', ');
        const message = `This change ${verb} "${name}", and ${named} too`;
        return [{ file, line, capability, requirement: name, message }];
      }),
    );
  },
};

function rivalsAt(place: string, changes: readonly OpenSpecChange[]): (Touch & { change: string })[] {
  return changes.flatMap(({ id, deltas }) => {
    const touch = firstTouches(deltas).get(place);
    return touch === undefined ? [] : [{ ...touch, change: id }];
  });
}

const remembered = new WeakMap<readonly DeltaSpec[], Map<string, Touch>>();

/** The first touch of each requirement. Remembered by object, as each change is compared with every other one. */
function firstTouches(deltas: readonly DeltaSpec[]): Map<string, Touch> {
  const known = remembered.get(deltas);
  if (known !== undefined) return known;
  const found = new Map<string, Touch>();
  for (const delta of deltas) {
    for (const touch of touches(delta)) {
      const place = placeKey(delta.capability, touch.name);
      if (!found.has(place)) found.set(place, touch);
    }
  }
  remembered.set(deltas, found);
  return found;
}

function touches({ added, modified, removed, renamed }: DeltaSpec): Touch[] {
  return [
    ...added.map(({ name, line }): Touch => ({ verb: 'adds', name, line })),
    ...modified.map(({ name, line }): Touch => ({ verb: 'modifies', name, line })),
    ...removed.map(({ name, line }): Touch => ({ verb: 'removes', name, line })),
    ...renamed.map(({ from, line }): Touch => ({ verb: 'renames', name: from, line })),
  ];
}

function placeKey(capability: string, name: string): string {
  return `${capability}\n${nameKey(name)}`;
}
