/** Dry runs: the checks are made, nothing is done. Twin layer. */

import { RegroupError } from '../../../world/failure.ts'

/** @throws RegroupError DryRunOperation (HTTP 412) when the call asks for it: EC2's way to say yes. */
export function endDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun !== true) return
  const text = 'Request would have succeeded, but DryRun flag is set.'
  const context = { serviceCode: 'DryRunOperation', httpStatus: 412 }
  throw new RegroupError('aborted', text, { context })
}
