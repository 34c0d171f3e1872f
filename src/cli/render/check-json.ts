/** Findings of `check` as JSON. Cli layer, pure. */

import type { CheckFinding } from '../../check/check-finding.ts'

/** One object: `counts` of what is not waived, and all findings with `waived`. */
export function checkJson(findings: readonly CheckFinding[]): string {
  const open = findings.filter((one) => one.waiver === undefined)
  const count = (severity: string): number => open.filter((one) => one.severity === severity).length
  const document = {
    counts: {
      error: count('error'),
      warning: count('warning'),
      info: count('info'),
      waived: findings.length - open.length,
    },
    findings: findings.map(({ aws, code, groups, location, message, path, ...rest }) => ({
      code,
      severity: rest.severity,
      message,
      remedy: rest.remedy,
      ...(location === undefined ? {} : location),
      ...(path === undefined ? {} : { path }),
      groups,
      ...(aws === undefined ? {} : { aws }),
      waived: rest.waiver ?? false,
    })),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
