import { expect, it } from 'vitest';
import { answerText, jsonOf } from '../../src/lmstudio/answer-text.ts';
import { errorOf } from '../../src/lmstudio/failure.ts';
import { isSameModel } from '../../src/lmstudio/same-model.ts';

it.each([
  ['content', { content: '{"a":1}' }, '{"a":1}'],
  ['content before reasoning', { content: '{"a":1}', reasoning_content: '{"b":2}' }, '{"a":1}'],
  ['reasoning_content when content is empty', { content: '', reasoning_content: '{"b":2}' }, '{"b":2}'],
  ['reasoning when both are empty', { content: null, reasoning: '{"c":3}' }, '{"c":3}'],
  ['after thoughts', { content: '<think>hm</think>{"a":1}' }, '{"a":1}'],
  ['nothing but thoughts that never end', { content: '<think>hm {"a":1}' }, ''],
])('the answer is read from %s', (_where, message, text) => {
  expect(answerText(message)).toBe(text);
});

it('JSON is found bare, fenced and among words, and never made up from a part', () => {
  expect(jsonOf('{"a":1}')).toEqual({ a: 1 });
  expect(jsonOf('```json\n{"a":1}\n```')).toEqual({ a: 1 });
  expect(jsonOf('Sure: {"a":1}. Done.')).toEqual({ a: 1 });
  expect(jsonOf('{"a":[1,2')).toBeUndefined();
  expect(jsonOf('no json')).toBeUndefined();
});

it.each([
  ['qwen3-8b', 'qwen3-8b', true],
  ['qwen/qwen3-8b', 'qwen3-8b', true],
  ['qwen3-8b', 'qwen3-8b:2', true],
  ['gpt-4o', 'gpt-4o-2024-08-06', true],
  ['qwen3-8b', 'qwen3-80b', false],
  ['qwen3-8b', 'llama-3-8b', false],
])('asked for %s and answered by %s: the same is %s', (asked, answered, same) => {
  expect(isSameModel(asked, answered)).toBe(same);
});

it.each([
  [400, 'Trying to keep the first 900 tokens when context the overflows', 'ContextTooLongError'],
  [400, 'request (9000 tokens) exceeds the available context size', 'ContextTooLongError'],
  [500, 'Context size has been exceeded.', 'RetryableError'],
  [400, 'Model is unloaded.', 'RetryableError'],
  [404, 'Invalid model identifier "x"', 'TerminalError'],
  [400, "'response_format.type' must be 'json_schema' or 'text'", 'TerminalError'],
  [undefined, 'Unexpected endpoint or method. (POST /v1/chat/completions)', 'TerminalError'],
  [undefined, 'Channel Error', 'RetryableError'],
  [503, 'Loading model', 'RetryableError'],
])('HTTP %s with "%s" is a %s', (status, message, name) => {
  expect(errorOf({ status, message }, 'm').name).toBe(name);
});

it('a server that quotes the prompt does not get it into our messages', () => {
  const error = errorOf({ status: 400, message: `bad request: ${'secret text '.repeat(200)}\u001b[2J` }, 'm');
  expect(error.message.length).toBeLessThan(400);
  expect(error.message).not.toContain('\u001b');
});
