import { z } from 'zod';

/** A model as one of LM Studio's lists names it. `loaded` is undefined where the list does not say. */
export interface ListedModel {
  /** the name to ask for: a loaded instance's own, else the model's */
  id: string;
  /** other names under which a person may have configured it */
  aliases: string[];
  kind: 'llm' | 'embedding';
  loaded: boolean | undefined;
  contextTokens: number | undefined;
  parallel: number | undefined;
  reasoningCanBeOff: boolean;
}

const nativeV1 = z.object({
  models: z.array(
    z.object({
      type: z.string().optional(),
      key: z.string(),
      loaded_instances: z
        .array(
          z.object({
            id: z.string(),
            config: z
              .object({ context_length: z.number().optional(), parallel: z.number().optional() })
              .optional(),
          }),
        )
        .optional(),
      capabilities: z
        .object({ reasoning: z.object({ allowed_options: z.array(z.unknown()).optional() }).nullish() })
        .nullish(),
    }),
  ),
});

const nativeV0 = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      state: z.string(),
      loaded_context_length: z.number().optional(),
    }),
  ),
});

const openAi = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      /** vLLM */
      max_model_len: z.number().nullish(),
      /** llama.cpp's router lists what it could load, too */
      status: z.object({ value: z.string() }).nullish(),
    }),
  ),
});

/** Reads the body of GET /api/v1/models; undefined when it is something else. */
export function readNativeV1(body: unknown): ListedModel[] | undefined {
  const list = nativeV1.safeParse(body);
  if (!list.success) return undefined;
  return list.data.models.flatMap((model): ListedModel[] => {
    const kind = kindOf(model.type);
    if (kind === undefined) return [];
    const reasoningCanBeOff = model.capabilities?.reasoning?.allowed_options?.includes('off') ?? false;
    const common = { kind, reasoningCanBeOff };
    const instances = model.loaded_instances ?? [];
    if (instances.length === 0) {
      const unknown = { contextTokens: undefined, parallel: undefined };
      return [{ id: model.key, aliases: [], loaded: false, ...unknown, ...common }];
    }
    return instances.map((instance) => ({
      id: instance.id,
      aliases: [model.key],
      loaded: true,
      contextTokens: instance.config?.context_length,
      parallel: instance.config?.parallel,
      ...common,
    }));
  });
}

/** Reads the body of GET /api/v0/models; undefined when it is something else. */
export function readNativeV0(body: unknown): ListedModel[] | undefined {
  const list = nativeV0.safeParse(body);
  if (!list.success) return undefined;
  return list.data.data.flatMap((model): ListedModel[] => {
    const kind = kindOf(model.type);
    if (kind === undefined) return [];
    return [
      {
        ...unknowns(model.id),
        kind,
        loaded: model.state === 'loaded',
        contextTokens: model.loaded_context_length,
      },
    ];
  });
}

/**
 * Reads the body of GET /v1/models; undefined when it is something else. With just-in-time loading LM Studio lists every
 * downloaded model there, so `loaded` stays undefined unless the server itself says it.
 */
export function readOpenAi(body: unknown): ListedModel[] | undefined {
  const list = openAi.safeParse(body);
  if (!list.success) return undefined;
  return list.data.data.map((model) => ({
    ...unknowns(model.id),
    // Names are all that this list gives; LM Studio itself prefixes embedding models like this.
    kind: model.id.toLowerCase().includes('embed') ? 'embedding' : 'llm',
    loaded: model.status ? model.status.value === 'loaded' : undefined,
    contextTokens: model.max_model_len ?? undefined,
  }));
}

function unknowns(id: string) {
  return { id, aliases: [], parallel: undefined, reasoningCanBeOff: false };
}

function kindOf(type: string | undefined): 'llm' | 'embedding' | undefined {
  if (type === undefined || type === 'llm' || type === 'vlm') return 'llm';
  return type.startsWith('embedding') ? 'embedding' : undefined;
}
