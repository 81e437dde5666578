import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CapabilitySpec,
  type OpenSpecChange,
  readChange,
  readSpecs,
} from '../../../src/openspec/index.ts';

const PROPOSAL = `## Why

Customers cannot take an order back after they placed it, so they call support. That costs both sides a day.

## What Changes

- Orders can be cancelled until they ship.

## Capabilities

### Modified Capabilities

- \`orders\`: cancelling

## Impact

The orders service.
`;

const DESIGN = `## Context

Orders live in one table.

## Decisions

Refunds are paid out where it is possible. The limit of a refund is TBD.

## Open Questions

- Who may cancel an order that was paid by invoice?
`;

const TASKS = `## 1. Orders

- [ ] 1.1 Add the cancel button
- [ ] 1.2 Test cancelling
`;

const DELTA = `## ADDED Requirements

### Requirement: Cancel an order

The system SHALL cancel an order quickly when the customer asks for it.

#### Scenario: Before shipping

- **WHEN** the customer cancels an order that has not shipped
- **THEN** the order is cancelled and an appropriate message is shown

## MODIFIED Requirements

### Requirement: Keep orders

The system SHALL keep orders for eleven years.

#### Scenario: Old order

- **WHEN** an order is eleven years old
- **THEN** it is deleted
`;

const SPEC = `# orders Specification

## Purpose

What customers can do with orders, and how long the shop keeps them for the books.

## Requirements

### Requirement: Keep orders

The system SHALL keep orders for ten years.

#### Scenario: Old order

- **WHEN** an order is ten years old
- **THEN** it is deleted
`;

export const CHANGE = 'add-order-cancelling';
export const FILES = {
  proposal: `changes/${CHANGE}/proposal.md`,
  design: `changes/${CHANGE}/design.md`,
  tasks: `changes/${CHANGE}/tasks.md`,
  delta: `changes/${CHANGE}/specs/orders/spec.md`,
};

export interface OrdersRoot {
  root: string;
  change: OpenSpecChange;
  specs: CapabilitySpec[];
}

/** An OpenSpec folder with one change on disk; `files` (relative to the root) replace or add to what it holds. */
export async function ordersRoot(files: Record<string, string> = {}): Promise<OrdersRoot> {
  const root = join(await mkdtemp(join(tmpdir(), 'specloop-review-')), 'openspec');
  const all = {
    [FILES.proposal]: PROPOSAL,
    [FILES.design]: DESIGN,
    [FILES.tasks]: TASKS,
    [FILES.delta]: DELTA,
    'specs/orders/spec.md': SPEC,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const change = await readChange(root, CHANGE);
  if (change === undefined) throw new Error('the change was not read');
  return { root, change, specs: await readSpecs(root) };
}

/** The line (from 1) of a change's file that contains the words. */
export function lineOf(change: OpenSpecChange, file: string, words: string): number {
  const text = change.files.find((document) => document.file === file)?.text ?? '';
  return text.split('\n').findIndex((line) => line.includes(words)) + 1;
}
