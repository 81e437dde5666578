import type { Workplace } from './workplace.ts';

/** Writes a change as a person would: valid, with one open question in its design and one thing left TBD. */
export async function writeChange(
  place: Pick<Workplace, 'save'>,
  change: { id: string; capability: string; question: string },
): Promise<void> {
  const { id, capability, question } = change;
  const folder = `changes/${id}`;
  await place.save(
    `${folder}/proposal.md`,
    `## Why

Customers ask for ${capability} every week, and leave the shop without them.

## What Changes

- The shop has ${capability}.
- TBD: what the first page of it shows

## Capabilities

### New Capabilities

- \`${capability}\`: what a customer can keep

## Impact

- Account page
`,
  );
  await place.save(
    `${folder}/design.md`,
    `## Context

Nothing like it exists.

## Decisions

- One for each customer.

## Open Questions

- ${question}
`,
  );
  await place.save(
    `${folder}/tasks.md`,
    `## 1. Build

- [ ] 1.1 Store the entries of ${capability}; verified by a unit test
`,
  );
  await place.save(
    `${folder}/specs/${capability}/spec.md`,
    `## ADDED Requirements

### Requirement: Keep an entry
The shop SHALL keep each entry of a customer until the customer removes it.

#### Scenario: Entry kept
- **WHEN** a customer adds a product
- **THEN** the list of that customer has one entry with the product

#### Scenario: Product unknown
- **WHEN** a customer adds a product that does not exist
- **THEN** nothing is stored and the page shows the error "unknown product"
`,
  );
}
