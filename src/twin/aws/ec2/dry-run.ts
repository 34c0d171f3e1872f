/** Dry runs: the checks are made, nothing is done. Twin layer. */

import { awsError } from '../errors.ts'

/** @throws RegroupError DryRunOperation when the call asks for it: EC2's way to say yes. */
export function endDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun !== true) return
  throw awsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
}
