import { describe, expect, it } from 'vitest';
import { type Box, pictureOf, readMachine, statesOf, svg } from '../../src/charts/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from '../../src/machines/index.ts';
import { nestedMachine } from './nested-machine.ts';

const machines = [changeMachine, questionMachine, documentUpdateMachine, nestedMachine];

function overlap(a: Box, b: Box): boolean {
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !apart;
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

describe('the picture of a machine', () => {
  it.each(machines)('has every state of $id, inside its parent and over no other', (machine) => {
    const chart = readMachine(machine);
    const { boxes, width, height } = pictureOf(chart);
    const drawn = boxes.filter(({ kind }) => kind !== 'any').map(({ path }) => path);
    expect(drawn.sort()).toEqual(
      statesOf(chart.root)
        .map(({ path }) => path)
        .filter((path) => path !== '')
        .sort(),
    );
    const sheet = { ...boxes[0], x: 0, y: 0, width, height };
    for (const [index, a] of boxes.entries()) {
      expect(contains({ ...a, ...sheet }, a), a.path).toBe(true);
      for (const b of boxes.slice(index + 1)) {
        const isNested = b.path.startsWith(`${a.path}.`) || b.path === `${a.path}*`;
        if (isNested) expect(contains(a, b), `${b.path} in ${a.path}`).toBe(true);
        else expect(overlap(a, b), `${a.path} and ${b.path}`).toBe(false);
      }
    }
  });

  it.each(machines)(
    'draws all that leads from one state of $id to another as one arrow between them',
    (machine) => {
      const chart = readMachine(machine);
      const { arrows, boxes } = pictureOf(chart);
      const boxOf = new Map(boxes.map((box) => [box.path, box]));
      expect(new Set(arrows.map(({ from, to }) => `${from}>${to}`)).size).toBe(arrows.length);
      expect(arrows.flatMap(({ title }) => title.split('\n'))).toHaveLength(
        chart.edges.filter(({ to }) => to !== undefined).length,
      );
      for (const { from, to, points } of arrows) {
        for (const [path, point] of [
          [from, points[0]],
          [to, points.at(-1)],
        ] as const) {
          const box = boxOf.get(path);
          if (box === undefined || point === undefined) throw new Error(`an arrow ends nowhere at ${path}`);
          const onEdge = point.y === box.y || point.y === box.y + box.height || point.x === box.x + box.width;
          expect(onEdge && point.x >= box.x && point.x <= box.x + box.width, path).toBe(true);
        }
      }
    },
  );

  it('is the same however often it is drawn', () => {
    const draw = () => svg(pictureOf(readMachine(changeMachine)), { title: 'change' });
    expect(draw()).toBe(draw());
  });

  it('marks where an actor stands and the ways that it went', () => {
    const text = svg(pictureOf(readMachine(questionMachine)), {
      title: 'a "question"',
      standing: {
        active: new Set(['matching', 'matching.searching']),
        walked: new Set(['asked']),
        ways: new Set(['asked>matching']),
      },
    });
    expect(text).toContain('class="chart-box atomic active" data-state="matching.searching"');
    expect(text).toContain('class="chart-box atomic walked" data-state="asked"');
    expect(text.match(/chart-arrow walked/g)).toHaveLength(1);
    expect(text).toContain('aria-label="a &quot;question&quot;"');
  });

  it('holds nothing that a policy without inline styles and scripts forbids', () => {
    for (const machine of machines) {
      const text = svg(pictureOf(readMachine(machine)), { title: machine.id });
      expect(text).not.toMatch(/<style|<script|style=|\son\w+=|href=/);
    }
  });
});
