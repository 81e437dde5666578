/** The parts of a chat message that may hold the answer. */
export interface AnswerParts {
  content?: string | null | undefined;
  reasoning_content?: string | null | undefined;
  /** gpt-oss models since LM Studio 0.3.23 */
  reasoning?: string | null | undefined;
}

/**
 * The text that should be the JSON. Reasoning models asked for a schema put it where their thoughts go and leave
 * `content` empty (lmstudio-bug-tracker #1602, #1773).
 */
export function answerText(message: AnswerParts): string {
  const candidates = [message.content, message.reasoning_content, message.reasoning];
  for (const candidate of candidates) {
    const text = withoutThoughts(candidate ?? '').trim();
    if (text !== '') return text;
  }
  return '';
}

/**
 * The JSON in an answer: bare, fenced, or with words around it. Undefined when there is none. A truncated object is never
 * completed: half a list of findings looks like a whole one.
 */
export function jsonOf(text: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start === -1 || end < start) return undefined;
  for (const candidate of [text, text.slice(start, end + 1)]) {
    try {
      return JSON.parse(candidate);
    } catch {}
  }
  return undefined;
}

function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>');
  if (end !== -1) return text.slice(end + '</think>'.length);
  return text.trimStart().startsWith('<think>') ? '' : text;
}
