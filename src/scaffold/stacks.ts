import type { Stack } from './stack.ts'
import { go } from './stacks/go.ts'
import { javaGradle, javaMaven } from './stacks/java.ts'
import { nodeNpm, nodePnpm, nodeYarn } from './stacks/node.ts'
import { pythonPip, pythonPoetry, pythonUv } from './stacks/python.ts'
import { rust } from './stacks/rust.ts'

/** Every stack that a scaffold can be made for. */
export const stacks: readonly Stack[] = [
  pythonUv,
  pythonPoetry,
  pythonPip,
  nodePnpm,
  nodeYarn,
  nodeNpm,
  go,
  javaMaven,
  javaGradle,
  rust,
]
