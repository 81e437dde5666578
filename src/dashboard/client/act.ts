import type { PageElement } from './dom.ts';

/**
 * Sends a form, or the press of a button, to the address in its `data-post`. What the worker refuses stands beside the
 * button, in its words.
 */
export async function act(element: PageElement, submitter: PageElement | undefined): Promise<void> {
  const path = element.getAttribute('data-post');
  if (path === null) return;
  const output = element.querySelector('output');
  const buttons = [...element.querySelectorAll('button'), ...(submitter === undefined ? [] : [submitter])];
  for (const button of buttons) button.disabled = true;
  if (output !== null) output.textContent = '';
  try {
    const problem = await post(path, bodyOf(element, submitter));
    if (problem === undefined) leave(element);
    else if (output !== null) output.textContent = problem;
  } catch {
    if (output !== null) output.textContent = 'The worker does not answer. What you wrote is still here.';
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** The refusal in words, or undefined when it was taken. */
async function post(path: string, body: object): Promise<string | undefined> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  const reply: unknown = await response.json();
  if (response.ok) return undefined;
  const { title, why, next } = Object(reply);
  return [title, why, next].filter((part) => typeof part === 'string').join('. ');
}

/** The fields by name. Boxes that are all checked say nothing: the whole update is meant. */
function bodyOf(element: PageElement, submitter: PageElement | undefined): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const boxes = [...element.querySelectorAll('input[type=checkbox]')];
  const checked = boxes.filter((box) => box.checked === true);
  if (checked.length < boxes.length) body.hunks = checked.map((box) => Number(box.value));
  for (const field of element.querySelectorAll('textarea, input:not([type=checkbox])')) {
    if (field.name) body[field.name] = field.value;
  }
  if (submitter?.name) body[submitter.name] = submitter.value;
  return body;
}

/** What was sent is no longer being written: the next version of this piece may replace it. */
function leave(element: PageElement): void {
  for (const field of element.querySelectorAll('textarea, input:not([type=checkbox])')) field.value = '';
  for (const box of element.querySelectorAll('input[type=checkbox]'))
    box.checked = box.defaultChecked === true;
}
