import { blockOf, initialDirectory } from '../placed-paths.ts'
import { firstOfEachStage, type Repair, type Situation } from '../repair.ts'

/** The directory that relative paths of COPY start from is written down. */
export const workingDirectory: Repair = {
  id: 'working-directory',
  title: "A stage that copies to a relative path names its working directory, which is its base's",
  answers: ['DL3045'],
  propose(situation) {
    const { file } = situation
    const edits = firstOfEachStage(situation, 'DL3045').flatMap((instruction) => {
      const directory = directoryOf(situation, instruction.stage)
      const { start } = blockOf(file, instruction)
      return directory !== undefined && /^\/[\w./-]*$/.test(directory)
        ? [{ start, end: start, text: `WORKDIR ${directory}${file.newline}` }]
        : []
    })
    return {
      proposals:
        edits.length === 0
          ? []
          : [{ repair: workingDirectory.id, what: 'names the working directory', equal: false, edits }],
    }
  },
}

/** The image itself tells the directory of its own stages, if none of them sets another. */
function directoryOf({ file, image }: Situation, stage: number): string | undefined {
  const isSet = file.instructions.some((one) => one.keyword === 'WORKDIR' && file.shipped.includes(one.stage))
  return file.shipped.includes(stage) && !isSet && image.configuration !== undefined
    ? image.configuration.workingDir || '/'
    : initialDirectory(file, stage)
}
