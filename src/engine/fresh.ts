import { randomUUID } from 'node:crypto'
import type { Container } from '@dagger.io/dagger'

/** Makes the next exec of a container run anew: the engine's cache does not know that the world outside has moved. */
export function fresh(container: Container): Container {
  return container.withEnvVariable('LOADLINE_RUN', randomUUID())
}
