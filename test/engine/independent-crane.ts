import { craneProgram } from '../programs/modules.ts'
import { compiled } from './compiled.ts'

/**
 * The path of crane, which reads and writes registries without Loadline's own program: tests check with it what that
 * program says.
 */
export async function independentCrane(): Promise<string> {
  return (await compiled(craneProgram)).crane
}
