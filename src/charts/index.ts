export { type Chart, type ChartEdge, type ChartState, statesOf } from './chart.ts';
export { machineDefinition } from './definition.ts';
export { mermaid } from './mermaid.ts';
export { pictureOf } from './picture.ts';
export { readMachine } from './read-machine.ts';
export type { Arrow, Box, Picture } from './shapes.ts';
export { type ReadStateText, readStateText } from './state-text.ts';
export { type Standing, svg } from './svg.ts';
export { edgeText, innerText, triggerText } from './words.ts';
