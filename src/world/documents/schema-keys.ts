/** Which keys a schema knows at a place of a document: for suggestions. World layer, pure. */

import * as z from 'zod'

/** Keys of the object at a path; empty where the schema knows none or several shapes. */
export function keysAt(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let here: z.core.$ZodType | undefined = schema
  for (const part of path) here = inner(bare(here), part)
  const found = bare(here)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional ? bare(schema.unwrap()) : schema
}

function inner(
  schema: z.core.$ZodType | undefined,
  part: string | number,
): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element
  if (schema instanceof z.ZodObject) return schema.shape[part]
  return undefined
}
