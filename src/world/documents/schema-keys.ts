/** Which keys a schema knows at a place of a document: for suggestions. World layer, pure. */

import * as z from 'zod/v4/core'

/** Keys of the object at a path; empty where the schema knows none or several shapes. */
export function keysAt(schema: z.$ZodType, path: readonly (string | number)[]): readonly string[] {
  let here: z.$ZodType | undefined = schema
  for (const part of path) here = inner(bare(here), part)
  const found = bare(here)
  return found instanceof z.$ZodObject ? Object.keys(found._zod.def.shape) : []
}

function bare(schema: z.$ZodType | undefined): z.$ZodType | undefined {
  return schema instanceof z.$ZodOptional ? bare(schema._zod.def.innerType) : schema
}

function inner(schema: z.$ZodType | undefined, part: string | number): z.$ZodType | undefined {
  if (schema instanceof z.$ZodArray) return schema._zod.def.element
  if (schema instanceof z.$ZodObject) return schema._zod.def.shape[part]
  return undefined
}
