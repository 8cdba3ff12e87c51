import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { locateCache } from '../../toolchain/cache.ts'
import { howOwnIsBuilt } from '../../toolchain/go-binaries.ts'
import { ownTools, type OwnTool } from '../../src/tools/images.ts'
import { answersTo, type Answer } from '../dockerfile-readers/answers.ts'
import { compareAll } from '../dockerfile-readers/compare.ts'
import { question } from '../dockerfile-readers/generated.ts'
import { odd } from '../dockerfile-readers/odd.ts'
import { recordedText, recordings } from '../dockerfile-readers/recorded.ts'
import { root } from '../repo/source-files.ts'

/** What the Go tests of each program show, and the tests that show it. */
const shown = {
  advisories: {
    'a database that is damaged is not read [fault 3]': ['ADatabaseThatCannotBeReadWholeIsAnError'],
  },
  batch: {
    'an incomplete answer is not an answer [fault 6]': [
      'WhatIsNotKnownWholeIsNoReport',
      'ACommandThatWasKilledIsNoneThatFailed',
      'APlanThatIsNotWholeIsRefused',
    ],
    'an answer belongs to its command, and no shell reads it': [
      'EachCommandHasItsOwnAnswer',
      'AnswersStandInTheOrderOfTheCommands',
    ],
  },
  dockerfile: {
    'a Dockerfile is read as BuildKit reads it [fault 75]': [
      'ReadsWhatBuildKitBuilds',
      'CommentsAreWhatBuildKitPassesOver',
    ],
    'rewriting touches its places and nothing else [fault 76]': ['PinsByPlaces'],
    'stages that are not reached ask for nothing [fault 77]': [
      'BuildArgumentsAndTargetDecide',
      'SecretsAreThoseOfReachedSteps',
    ],
    'what the engine cannot or must not build is refused [faults 22, 78]': ['RefusesWhatTheEngineCannotOrMustNotBuild'],
    'later steps do not see the secrets of earlier ones [fault 82]': [
      'LeavesNoSecretForLaterSteps',
      'RefusesSecretsThatStayForLaterSteps',
    ],
  },
  inspect: {
    'a report that is not one whole document is refused [fault 6]': ['CondenseRefusesWhatIsNotOneWholeReport'],
    'what an image is set to is told [fault 25]': ['ReportsTheFactsOfAnImage'],
    'credentials are found in the history and in every layer [fault 37]': [
      'EveryPlantedCredentialIsFoundOrItsPlaceIsNamed',
      'SuspectsCredentials',
      'RedactsHistory',
    ],
    'the value of a credential is not printed [fault 38]': ['NeverPrintsTheValueOfASuspectedCredential'],
    'records that are gone or rewritten are seen [fault 83]': ['RecordsThatAreGoneOrRewrittenAreSeen'],
    'secrets are found where scanners do not look [fault 84]': ['EveryPlantedCredentialIsFoundOrItsPlaceIsNamed'],
    'libraries are looked for where the linkers look, whatever a file says [fault 103]': [
      'FindsLibrariesWhereTheLinkersDo',
      'FindsLibrariesAsMuslDoes',
      'FollowsTheWordsOfTheCommands',
      'MachineCodeMadeToMisleadIsUnknown',
      'LibrariesThatNeedEachOtherWithoutEndAreFollowedToALimit',
      'ReadsThisMachinesProgramsAsTheStandardLibraryDoes',
    ],
    'capabilities, lists of writers and device nodes are found [fault 86]': ['WhatGivesMoreThanItsModeIsFound'],
  },
  registry: {
    'a refusal is named, without the credential [fault 46]': [
      'NamesFaultsThatStay',
      'NamesFaultsOfTheTokenServer',
      'ShowsNoCredentialWhateverTheRegistrySays',
    ],
    'a registry is waited for as long as it asks [fault 47]': ['WaitsLongerEachTimeAndAsLongAsItIsAsked'],
    'pushing is repeated, and a run that was killed goes on [fault 48]': [
      'OutlastsFaultsThatPass',
      'OutlastsFaultsWhileTagging',
      'GoesOnAfterBeingKilledAtAnyRequest',
    ],
    'another digest than the judged one is not believed [fault 49]': [
      'SaysBothDigestsOfALie',
      'DoesNotBelieveATagThatDidNotMove',
    ],
    'a tag that must not move stays [fault 50]': [
      'MovesNoTagWhereOneOfThemMustNotMove',
      'ReadsARefusedTagAgain',
      'WritesNoTagThatIsRightAlready',
    ],
    'an index comes after its platforms, and no tag before it [fault 51]': [
      'PushesChildrenBeforeTheirIndexAndTouchesNoTag',
    ],
    'two runs at once leave one whole image [fault 52]': [
      'TwoRunsAtOnceLeaveOneWholeImage',
      'NoticesAnotherRunThatMovedTheTagAfterwards',
    ],
  },
  sandbox: {
    'a plan that is not whole is refused [fault 6]': ['APlanThatCannotBeTrustedIsRefused'],
    'secrets are blotted out of what an image says, and it is cut [faults 38, 87]': ['OutputIsCutAndBlottedOut'],
    'the kernel alone enforces the profile that was given': ['AProfileReplacesTheDefaultOne'],
    'a check takes no time from the start that it waits for': ['ACheckWaitsOnceForSomethingThatListensAndNotForEver'],
    'limits hold on both versions of control groups [fault 89]': [
      'AControllerThatIsMissingIsNamed',
      'TheOlderHierarchyIsLeftAlone',
      'SwapIsLimitedWhereTheKernelCountsIt',
    ],
  },
} as const satisfies Record<keyof typeof ownTools, Record<string, readonly string[]>>

/** Few enough for some seconds; the exhaustive tests have many more. */
const dockerfiles = [...odd, ...fc.sample(question, { numRuns: 4_000, seed: 75 })]

/** The Go tests of dockerfile answer what is asked of it as well. */
let answers: Answer[] = []

/** The names of the Go tests of a program that passed; all of them must, and vet must find nothing. */
async function goTests(name: keyof typeof ownTools, asked: Readonly<Record<string, string>> = {}) {
  const tool: OwnTool = ownTools[name]
  // As the sealed set-up compiles it: what it has compiled, and what vet looks through, is not compiled anew.
  const { flags, env } = howOwnIsBuilt(tool, locateCache().path('go-build'))
  const ended = await execa('go', ['test', '-json', '-vet=all', ...flags, './...'], {
    cwd: join(root, tool.source),
    reject: false,
    env: { ...env, ...asked },
  })
  expect(ended.exitCode, `${ended.stdout}\n${ended.stderr}`).toBe(0)
  const events = ended.stdout.split('\n').filter((text) => text.startsWith('{'))
  return new Set(
    events
      .map((text) => JSON.parse(text) as { Action: string; Test?: string })
      .flatMap(({ Action, Test }) => (Action === 'pass' && Test !== undefined ? [Test] : [])),
  )
}

describe.each(Object.keys(shown) as Array<keyof typeof shown>)('the Go tests of %s', (name) => {
  let passed = new Set<string>()

  beforeAll(async () => {
    const run = async (asked?: Readonly<Record<string, string>>) => (passed = await goTests(name, asked))
    if (name === 'dockerfile') answers = await answersTo(dockerfiles, run)
    else await run()
  })

  it('pass, and vet finds nothing', () => expect(passed.size).toBeGreaterThan(0))

  it.each(Object.entries<readonly string[]>(shown[name]))('show that %s', (_, tests) => {
    expect(tests.filter((test) => !passed.has(`Test${test}`))).toEqual([])
  })
})

it('what reads a Dockerfile without an engine reads what BuildKit reads, or says that it does not know [fault 75]', () => {
  const { differences, agrees, unread } = compareAll(dockerfiles, answers)
  expect(differences).toEqual([])
  expect({ enough: agrees > 1_200, few: unread < agrees / 20 }).toEqual({ enough: true, few: true })
})

it('BuildKit reads what the unit tests have recorded of it', async () => {
  await expect(recordedText(dockerfiles, answers)).toMatchFileSnapshot(fileURLToPath(recordings))
})
