import { expect, it } from 'vitest';
import { isLoopback } from '../../src/http/upgrade.ts';

it('takes WebSockets from loopback addresses of both families, and from no other', () => {
  const ours = ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'];
  const others = [
    '10.0.0.1',
    '192.168.1.127',
    '::',
    'fe80::1',
    '::ffff:10.0.0.1',
    '2001:db8::127.0.0.1',
    '',
    undefined,
  ];
  expect(ours.filter(isLoopback)).toEqual(ours);
  expect(others.filter(isLoopback)).toEqual([]);
});
