import type { ChartEdge, Trigger } from './chart.ts';

const UNITS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** What sets a transition off, as people read it. */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'event':
      return trigger.event === '*' ? 'any event' : trigger.event;
    case 'always':
      return 'always';
    case 'complete':
      return 'complete';
    case 'done':
      return `${trigger.invoke} done`;
    case 'error':
      return `${trigger.invoke} failed`;
    case 'after': {
      const { delay, ms } = trigger;
      const time = ms === undefined ? '' : duration(ms);
      if (delay === '') return `after ${time}`;
      return time === '' ? `after ${delay}` : `after ${delay} (${time})`;
    }
  }
}

/** `EVENT [guard] / action, action`, the usual notation of statecharts. */
export function edgeText(edge: ChartEdge, options: { actions: boolean }): string {
  const guard = edge.guard === undefined ? '' : ` [${edge.guard}]`;
  const actions = options.actions && edge.actions.length > 0 ? ` / ${edge.actions.join(', ')}` : '';
  return `${triggerText(edge.trigger)}${guard}${actions}`;
}

/** What a transition that leads nowhere does: it acts, or it keeps an outer state's transition away. */
export function innerText(edge: ChartEdge): string {
  return edge.actions.length > 0 ? edgeText(edge, { actions: true }) : `${triggerText(edge.trigger)} ignored`;
}

function duration(ms: number): string {
  const found = UNITS.find((unit) => ms >= unit.ms && ms % unit.ms === 0);
  return found === undefined ? `${ms} ms` : `${ms / found.ms} ${found.unit}`;
}
