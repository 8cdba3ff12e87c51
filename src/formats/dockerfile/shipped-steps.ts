import { DockerfileParser, type Arg, type Env, type Label } from 'dockerfile-ast'
import { externalImages, shippedStages, type BuildChoice, type ExternalImage } from './dockerfile.ts'

/** An instruction of a Dockerfile as it is judged. */
export interface Step {
  keyword: string
  /** Its arguments with continuation lines joined. */
  text: string
  line: number
  /** True where the shipped image contains what it does. */
  shipped: boolean
  /** Number of its stage; -1 before the first FROM. */
  stage: number
  /** Names and values of ENV, ARG and LABEL. */
  properties: Array<{ name: string; value: string }>
}

/** A Dockerfile taken apart: its instructions, and the images that it starts from. Throws `SOURCE` where it cannot be built. */
export function shippedSteps(text: string, choice: BuildChoice): { steps: Step[]; images: ExternalImage[] } {
  const dockerfile = DockerfileParser.parse(text)
  const images = externalImages(text, choice)
  const shipped = shippedStages(dockerfile, choice)
  const starts = dockerfile.getFROMs().map((from) => from.getRange().start.line)
  const steps = dockerfile.getInstructions().map((instruction): Step => {
    const { line } = instruction.getRange().start
    const stage = starts.findLastIndex((start) => start <= line)
    const keyword = instruction.getKeyword()
    return {
      keyword,
      text: (instruction.getArgumentsContent() ?? '').replaceAll(/\s+/g, ' '),
      line: line + 1,
      stage,
      shipped: shipped.has(stage),
      properties: propertiesOf(keyword, instruction),
    }
  })
  return { steps, images }
}

function propertiesOf(keyword: string, instruction: object): Step['properties'] {
  if (keyword === 'ARG') {
    const property = (instruction as Arg).getProperty()
    return property === null ? [] : [{ name: property.getName(), value: property.getValue() ?? '' }]
  }
  if (keyword !== 'ENV' && keyword !== 'LABEL') return []
  return (instruction as Env | Label)
    .getProperties()
    .map((property) => ({ name: property.getName(), value: property.getValue() ?? '' }))
}
