import { type ZodType, z } from 'zod';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Keywords that make LM Studio refuse a schema, or switch its masking off without a word: `$schema`, `pattern` (bug tracker #2168),
 * long `maxLength` (llama.cpp #26596). zod still checks them when the answer is here.
 */
const DROPPED = new Set(['$schema', 'pattern', 'format', 'maxLength', 'minLength', 'default']);

/** The JSON schema of a zod schema as LM Studio's grammars take it: every property required, none besides. */
export function jsonSchemaOf(schema: ZodType): { [key: string]: unknown } {
  const plain = z.record(z.string(), z.json()).parse(z.toJSONSchema(schema, { io: 'input' }));
  return plainSchema(plain);
}

function plainSchema(schema: { [key: string]: Json }): { [key: string]: Json } {
  const kept: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    // Under `properties` the keys are names, not keywords.
    kept[key] = key === 'properties' && isObject(value) ? mapValues(value, plain) : plain(value);
  }
  if (isObject(kept.properties)) {
    kept.required = Object.keys(kept.properties);
    kept.additionalProperties = false;
  }
  return kept;
}

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? plainSchema(value) : value;
}

function mapValues(object: { [key: string]: Json }, map: (value: Json) => Json): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
