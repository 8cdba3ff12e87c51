import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'

/**
 * Calls back when a container ends, as the container runtime's own `wait` command says. The result stops the waiting.
 * Without that command nothing is ever called.
 */
export function whenEnded(command: string, container: string, callback: () => void): () => void {
  const waiting = execa(command, ['wait', container], { ...ownSurroundings(), reject: false, stdin: 'ignore' })
  const call = async () => {
    const { exitCode } = await waiting
    if (exitCode === 0) callback()
  }
  void call()
  return () => void waiting.kill()
}
