/** What is wrong with a kubeconfig: file, context, cause and remedy in one failure. Kube layer, pure. */

import { RegroupError } from '../../world/failure.ts'

/** Where in a kubeconfig something is wrong. */
export interface ConfigPlace {
  /** File, or files separated by commas; undefined when none was found. */
  readonly file?: string
  readonly context?: string
}

/** The failure to throw: it never passes by itself. */
export function configProblem(place: ConfigPlace, cause: string, remedy: string): RegroupError {
  const where = [
    place.file === undefined ? 'kubeconfig' : `kubeconfig ${place.file}`,
    ...(place.context === undefined ? [] : [`context ${place.context}`]),
  ].join(', ')
  return new RegroupError('invalid', `${where}: ${cause}; ${remedy}`, {
    context: {
      operation: 'kubeconfig',
      ...(place.context === undefined ? {} : { object: place.context }),
    },
  })
}
