import { describe, expect, it } from 'vitest';
import { Newest } from '../../src/openspec/newest.ts';

describe('remembering the newest', () => {
  it('gives a value only for the fingerprint that it was made from', () => {
    const newest = new Newest<string>(10);
    newest.put('a', { fingerprint: '1', value: 'one', size: 1 });
    newest.put('a', { fingerprint: '2', value: 'two', size: 1 });
    expect(newest.get('a', '1')).toBeUndefined();
    expect(newest.get('a', '2')).toBe('two');
  });

  it('forgets what was used longest ago, and holds nothing that is larger than all it may hold', () => {
    const newest = new Newest<string>(2);
    for (const key of ['a', 'b']) newest.put(key, { fingerprint: '', value: key, size: 1 });
    newest.get('a', '');
    newest.put('c', { fingerprint: '', value: 'c', size: 1 });
    expect(['a', 'b', 'c'].map((key) => newest.get(key, ''))).toEqual(['a', undefined, 'c']);
    newest.put('giant', { fingerprint: '', value: 'giant', size: 3 });
    expect(newest.get('giant', '')).toBeUndefined();
  });
});
