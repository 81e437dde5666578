export interface DocumentStore {
  putBlob(bytes: Buffer): Promise<string>;
  getBlob(hash: string): Promise<Buffer>;
}

export function openDocumentStore(_stateDir: string): Promise<DocumentStore> {
  throw new Error('not built yet');
}
