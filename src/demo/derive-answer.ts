import { z } from 'zod';

const material = z.looseObject({ question: z.string(), options: z.array(z.string()).optional() });

/**
 * What the scripted model answers in the place of a persona: the first option where there are options, else that it does not
 * know. It has no opinions.
 */
export function derivedAnswer(user: string) {
  const asked = material.safeParse(parseOrUndefined(user));
  const [option] = asked.data?.options ?? [];
  if (option === undefined) {
    return { known: false, answer: '', confidence: 0, reason: 'The material does not decide it.' };
  }
  return { known: true, answer: option, confidence: 0.6, reason: 'It is the option named first.' };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
