import { readFile } from 'node:fs/promises';
import { CHART_STYLE } from './chart-style.ts';
import { STYLE } from './style.ts';

/** The modules of the page's script, as the compiler wrote them beside this file. */
const SCRIPTS = new Set(['live.js', 'act.js', 'ages.js', 'centre.js', 'reconcile.js', 'dom.js']);

export interface Asset {
  contentType: string;
  text: string;
}

/** A file of `/assets/`; undefined where there is none. */
export async function readAsset(name: string): Promise<Asset | undefined> {
  if (name === 'style.css') return { contentType: 'text/css; charset=utf-8', text: STYLE + CHART_STYLE };
  if (!SCRIPTS.has(name)) return undefined;
  const text = await readFile(new URL(`./client/${name}`, import.meta.url), 'utf8');
  return {
    contentType: 'text/javascript; charset=utf-8',
    text: text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'),
  };
}
