import { dag, ExecError, GraphQLRequestError, type Error as DaggerError } from '@dagger.io/dagger'

/** What a function threw, as the engine wants it: the message, and for a failed command its exit code and output. */
export function describeError(thrown: unknown): DaggerError {
  if (!(thrown instanceof globalThis.Error))
    return dag.error(typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown)))
  let error = dag.error(thrown.message)
  if (thrown instanceof ExecError || thrown instanceof GraphQLRequestError) {
    for (const [name, value] of Object.entries(thrown.extensions ?? {})) {
      if (value !== '' && value !== undefined && value !== null)
        error = error.withValue(name, JSON.stringify(value) as never)
    }
  }
  return error
}
