import { randomUUID } from 'node:crypto'
import type { Container } from '@dagger.io/dagger'

/**
 * Makes a container's next exec run again: the engine's cache cannot know that the outside world has changed. Execs of
 * one `occasion` may share a result.
 */
export function fresh(container: Container, occasion: string = randomUUID()): Container {
  return container.withEnvVariable('LOADLINE_RUN', occasion)
}
