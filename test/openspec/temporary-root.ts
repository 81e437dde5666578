import { promises as fs } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

/** Writes files into a new OpenSpec folder of its own, `<temp>/openspec`, and removes it when the test is over. */
export async function temporaryRoot(files: Record<string, string | Buffer> = {}): Promise<string> {
  const parent = await fs.mkdtemp(path.join(os.tmpdir(), 'specloop-test-'));
  onTestFinished(() => fs.rm(parent, { recursive: true, force: true }));
  const root = path.join(parent, 'openspec');
  await fs.mkdir(path.join(root, 'changes'), { recursive: true });
  for (const [file, content] of Object.entries(files)) await write(root, file, content);
  return root;
}

export async function write(root: string, file: string, content: string | Buffer): Promise<void> {
  const target = path.join(root, file);
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.writeFile(target, content);
}

/** A delta that is strict-valid. */
export const validDelta = `## ADDED Requirements

### Requirement: Export
The system SHALL export records as CSV.

#### Scenario: One record
- **WHEN** a user with one record exports
- **THEN** the file has two lines
`;

/** A module of the pinned OpenSpec, which exports none of them. */
export async function openSpecModule(file: string): Promise<Record<string, unknown>> {
  const entry = createRequire(import.meta.url).resolve('@fission-ai/openspec');
  const loaded: unknown = await import(pathToFileURL(path.join(path.dirname(entry), file)).href);
  return typeof loaded === 'object' && loaded !== null ? { ...loaded } : {};
}
