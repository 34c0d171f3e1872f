/** Annotations by which a world tells the twin how a pod behaves; real clusters do not have them. Twin layer. */

/** `crash-loop`: never Ready. `ignores-sigterm`: uses its whole grace period. */
export const behaviourAnnotation = 'twin.regroup.dev/behaviour'
/** `amd64`: the image runs on this architecture only and crash-loops elsewhere. */
export const imageArchAnnotation = 'twin.regroup.dev/image-arch'
/** Seconds of a preStop hook. */
export const preStopAnnotation = 'twin.regroup.dev/pre-stop-seconds'
/** Seconds a pod that runs to completion still has to run, counted from the start of the world. */
export const runAnnotation = 'twin.regroup.dev/run-seconds'
/** Seconds from container start to Ready, beyond probes. */
export const startupAnnotation = 'twin.regroup.dev/startup-seconds'
/** Seconds from binding to Ready, exactly: pull, volumes and probes included. */
export const startAnnotation = 'twin.regroup.dev/start-seconds'
/** Seconds from deletion to removal, exactly; its volumes are detached at once. Never beyond the grace period. */
export const stopAnnotation = 'twin.regroup.dev/stop-seconds'
/** `recreate`: an operator recreates the pod under its name when it is gone. */
export const operatorAnnotation = 'twin.regroup.dev/operator'
