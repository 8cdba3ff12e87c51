import { craneProgram } from '../../toolchain/crane.ts'
import { compiled } from './compiled.ts'

/**
 * The path of crane, which reads and writes registries without Loadline's own program: tests check with it what that
 * program says. The sealed toolchain has compiled it already, to push its own images.
 */
export async function independentCrane(): Promise<string> {
  return (await compiled(craneProgram)).crane
}
