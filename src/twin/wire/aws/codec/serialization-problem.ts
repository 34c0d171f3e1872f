/** A request that cannot be read into the types of its operation. Twin layer. */

/** Thrown by the readers; the dispatcher answers it as the service would. */
export class SerializationProblem extends Error {
  override readonly name = 'SerializationProblem'
}
