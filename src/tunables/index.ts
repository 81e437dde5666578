export {
  type EnumTunable,
  type NumberTunable,
  stepFrom,
  type TunableDefinition,
  type TunableValue,
} from './definition.ts';
export { type NumberTunableName, type TunableName, tunableNameSchema, tunables } from './registry.ts';
export type { TunableChange } from './tunable-store.ts';
export { openTunables, Tunables, type TunablesOptions } from './tunables.ts';
