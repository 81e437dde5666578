/**
 * The part of the browser that the page's script uses. TypeScript's own library for it would declare `window` and
 * `document` for the server's code, too.
 */
export interface PageElement {
  id: string;
  outerHTML: string;
  textContent: string | null;
  className: string;
  title: string;
  disabled?: boolean;
  open?: boolean;
  parentElement: PageElement | null;
  children: Iterable<PageElement>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  closest(selector: string): PageElement | null;
  contains(other: PageElement | null): boolean;
  replaceWith(other: PageElement): void;
  insertBefore(child: PageElement, before: PageElement | null): void;
  remove(): void;
  scrollLeft: number;
  scrollTop: number;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  /** of form fields */
  name?: string;
  value?: string;
  defaultValue?: string;
  type?: string;
  checked?: boolean;
  defaultChecked?: boolean;
}

export interface PageEvent {
  target: PageElement;
  submitter?: PageElement | null;
  preventDefault(): void;
}

export interface PageDocument {
  activeElement: PageElement | null;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  importNode(node: PageElement, deep: boolean): PageElement;
  addEventListener(type: string, listen: (event: PageEvent) => void): void;
}

export interface Feed {
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  onmessage: (() => void) | null;
  readyState: number;
}

/** The globals of a page, under the names that a browser gives them. */
export interface Browser {
  document: PageDocument;
  location: { href: string };
  EventSource: new (url: string) => Feed;
  DOMParser: new () => { parseFromString(text: string, type: 'text/html'): PageDocument };
}
