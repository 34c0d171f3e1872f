/** Marks that an engine must leave, as the judge was told them; not imported from the engine. Twin layer. */

/** Annotation on nodes that were cordoned by us. */
export const cordonMark = 'regroup.dev/cordoned-at'
/** Tag on groups whose previous values are recorded. */
export const fenceMark = 'regroup.dev/fence'
/** Taints that we set have keys with this prefix. */
export const ownPrefix = 'regroup.dev/'
