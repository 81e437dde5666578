import { expect, it } from 'vitest';
import { playScript, seen } from '../../src/demo/script.ts';

const options = { patienceMs: 50, signal: new AbortController().signal };

it('scenes are played in order, each with its title before what it tells', async () => {
  const lines: string[] = [];
  const scene = (title: string) => ({ title, play: async () => [`${title} happened`] });
  await playScript([scene('first'), scene('second')], {
    ...options,
    onLine: (line) => lines.push(line),
  });
  expect(lines.filter((line) => line !== '')).toEqual([
    '1. first',
    '   first happened',
    '2. second',
    '   second happened',
  ]);
});

it('a scene that does not happen in time is named, and none is played after it', async () => {
  const lines: string[] = [];
  const never = (signal: AbortSignal) => seen<string[]>(async () => undefined, signal);
  const scenes = [
    { title: 'waiting for a sign', play: never },
    { title: 'the end', play: async () => [] },
  ];
  const playing = playScript(scenes, { ...options, onLine: (line) => lines.push(line) });
  await expect(playing).rejects.toThrow('"waiting for a sign" did not happen: not within 0.05 s');
  expect(lines.join()).not.toContain('the end');
});

it('a scene that breaks is named with the reason, and an interruption is told as one', async () => {
  const interruption = new AbortController();
  const broken = { title: 'writing', play: () => Promise.reject(new Error('the disk is full')) };
  const playing = playScript([broken], { ...options, onLine: () => {} });
  await expect(playing).rejects.toThrow('"writing" did not happen: the disk is full');
  const waiting = {
    title: 'waiting',
    play: (signal: AbortSignal) => seen<string[]>(async () => undefined, signal),
  };
  const interrupted = playScript([waiting], {
    patienceMs: 60_000,
    signal: interruption.signal,
    onLine: () => {},
  });
  interruption.abort(new Error('Ctrl-C'));
  await expect(interrupted).rejects.toThrow('Ctrl-C');
});
