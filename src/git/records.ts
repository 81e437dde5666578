/** Splits at a byte; what follows the last one is dropped when it is empty. Names in git are bytes, so records stay Buffers. */
export function splitAt(bytes: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(separator); end >= 0; end = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  if (start < bytes.length) parts.push(bytes.subarray(start));
  return parts;
}

/** The records of a reply made with `-z`. */
export function nulRecords(bytes: Buffer): Buffer[] {
  return splitAt(bytes, 0);
}

/** An entry of the index. `tag` is H for an ordinary one; others say flags of the person's. */
export interface IndexEntry {
  tag: string;
  mode: string;
  oid: string;
  stage: string;
  path: Buffer;
}

/** Reads `ls-files -s -v -z`: `<tag> <mode> <oid> <stage>\t<path>`. */
export function parseIndexEntries(reply: Buffer): IndexEntry[] {
  return nulRecords(reply).flatMap((record) => {
    const tab = record.indexOf(0x09);
    const [tag, mode, oid, stage] = record.subarray(0, tab).toString('latin1').split(' ');
    if (tab < 0 || tag === undefined || mode === undefined || oid === undefined || stage === undefined)
      return [];
    return [{ tag, mode, oid, stage, path: record.subarray(tab + 1) }];
  });
}

/** One line of input for `update-index -z --index-info`; mode 0 removes the entry. */
export function indexInfo(entry: { mode: string; oid: string }, path: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(`${entry.mode} ${entry.oid} 0\t`), Buffer.from(path), Buffer.of(0)]);
}
