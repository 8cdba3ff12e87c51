import type { DockerfileFile } from '../dockerfile-file.ts'
import { hasShell, isPlainPath, lineOf, lintOf, violationsOf, type Repair } from '../repair.ts'
import { runScriptAt, scriptOf } from '../script.ts'

const aptLists = '/var/lib/apt/lists'

const cleaning: Readonly<Record<string, string>> = {
  DL3009: `rm -rf ${aptLists}/*`,
  DL3032: 'yum clean all',
  DL3036: 'zypper clean',
  DL3040: 'dnf clean all',
  DL3060: 'yarn cache clean',
}

/**
 * Package lists and downloads are removed in the instruction that adds them: in a later one they would stay in the image.
 * Those of the base are hidden behind the last RUN.
 */
export const cleanCaches: Repair = {
  id: 'clean-caches',
  title: 'Package lists and downloads are removed in the RUN that adds them',
  answers: ['package-caches', ...Object.keys(cleaning)],
  propose(situation) {
    const { file } = situation
    const commands = new Map<number, Set<string>>()
    const others: string[] = []
    const put = (line: number | undefined, command: string) => {
      const end = line === undefined ? undefined : cleanableEnd(file, line, command)
      if (end === undefined || (command.includes(aptLists) && areUsedAfter(file, line ?? 0))) return false
      commands.set(end, (commands.get(end) ?? new Set()).add(command))
      return true
    }
    for (const { code, line } of lintOf(situation, ...Object.keys(cleaning))) put(line, cleaning[code] ?? '')
    for (const violation of violationsOf(situation, 'package-caches')) {
      if (!isPlainPath(violation.id)) continue
      const command = `rm -rf ${violation.id === aptLists ? `${aptLists}/*` : violation.id}`
      if (!put(lineOf(violation), command)) others.push(command)
    }
    const break_ = ` ${file.escape}${file.newline}    && `
    const edits = [...commands].map(([end, said]) => ({
      start: end,
      end,
      text: [...said].map((command) => `${break_}${command}`).join(''),
    }))
    return {
      proposals: [
        ...(edits.length === 0
          ? []
          : [{ repair: cleanCaches.id, what: 'removes package caches where they are created', equal: true, edits }]),
        ...(others.length === 0 || !hasShell(situation)
          ? []
          : [
              {
                repair: `${cleanCaches.id} base`,
                what: 'removes the package caches of the base',
                equal: true,
                asRoot: others,
              },
            ]),
      ],
    }
  },
}

/** Whether a later RUN installs from package lists that it does not fetch itself. */
function areUsedAfter(file: DockerfileFile, line: number): boolean {
  return file.instructions.some((instruction) => {
    if (instruction.keyword !== 'RUN' || instruction.line <= line) return false
    const apt = (scriptOf(file, instruction)?.commands ?? []).filter(({ words }) => words.some(isApt))
    return apt.some(({ words }) => words.includes('install')) && !apt.some(({ words }) => words.includes('update'))
  })
}

function isApt(word: string): boolean {
  return /^(?:\/usr\/bin\/)?apt(?:-get)?$/.test(word)
}

/** Where a command can be added to a RUN, to run once everything before it has succeeded. */
function cleanableEnd(file: DockerfileFile, line: number, command: string): number | undefined {
  const script = runScriptAt(file, line)
  // After `a || b` it would belong to b alone, and after `a; b` a failure of a would stay hidden.
  const isLast = script?.chain?.at(-1)?.words.join(' ') === command
  return script?.chain === undefined || isLast ? undefined : script.end
}
