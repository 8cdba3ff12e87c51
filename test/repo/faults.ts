/** What can go wrong, and what must come out then. The numbers are stable: tests carry them in their titles, as `[fault 7]` or `[faults 7, 8]`. */
export interface Fault {
  number: number
  theme:
    | 'scanner and data'
    | 'lint and structure'
    | 'policy and exceptions'
    | 'build, secrets and context'
    | 'registry and signing'
    | 'runtime'
    | 'reports'
    | 'the application as an attacker'
    | 'what was not made here'
    | 'the world'
  fault: string
  outcome: string
  /** Part of the flow that has to be there before it can be tested. Without it, a fault that no test carries is an error. */
  waitsFor?: 'scaffold'
}

type Line = [number: number, fault: string, outcome: string, waitsFor?: Fault['waitsFor']]

const lines: Record<Fault['theme'], Line[]> = {
  'scanner and data': [
    [
      1,
      'there is no vulnerability database, or it cannot be downloaded',
      'exit 3, said as "nothing was scanned"; never zero findings',
    ],
    [
      2,
      'the database is older than the policy allows, by its own update time',
      'undecided; the age is in every report',
    ],
    [3, 'the database is damaged, or of another schema', 'exit 3'],
    [
      4,
      'the registry of the database answers 429 or 5xx',
      'a few attempts with jitter, the mirrors in order, then exit 3',
    ],
    [5, 'a scanner fails and leaves valid JSON', 'exit 3'],
    [6, 'a scanner succeeds and leaves nothing, half a document, "{}" or no JSON', 'exit 3'],
    [7, 'a scan lists no packages', 'undecided, unless the policy says with a reason that the image has none'],
    [8, 'the operating system is not recognised, or the database does not know it', 'undecided'],
    [9, 'the distribution is past its end of life', 'a finding, which denies by default'],
    [10, 'a finding has no id, or a severity that nobody knows', 'counted as unknown, never dropped'],
    [11, 'a report is of a newer schema version', 'exit 3, with the version'],
    [12, 'a scanner is killed for want of memory, or runs into its time limit', 'exit 3, with the limit'],
    [
      13,
      'a report has tens of thousands of findings',
      'bounded time and memory, exact counts, and what was left out is said',
    ],
    [
      14,
      'one vulnerability is found through several layers and packages',
      'one finding per id, package URL and path, in one order',
    ],
    [15, 'the SBOM is empty, or has no operating system in it', 'undecided'],
    [16, 'the SBOM is about another image', 'undecided'],
    [17, 'the source brings an ignore file or VEX statements', 'not obeyed unless the policy says so'],
    [18, 'the source brings configuration for the scanners or the linter', 'not read'],
  ],
  'lint and structure': [
    [
      19,
      'comments in the Dockerfile silence the linter',
      'reported; the strict policy denies, and the linter does not obey them',
    ],
    [20, 'the linter cannot parse the Dockerfile', 'said with its line, and decided by the policy; never "no remarks"'],
    [
      21,
      'the Dockerfile is missing, empty, huge, in UTF-16, or has a byte order mark or Windows line ends',
      'a clear error, or the right result',
    ],
    [22, 'the Dockerfile asks for a frontend or an operation that Dagger does not have', 'exit 2, with the line'],
    [23, 'the structure-test file has no tests, or an unknown key', 'exit 2'],
    [24, 'a structure test needs what the driver cannot do', 'exit 2, never skipped'],
    [
      25,
      'the image runs as root, has setuid or world-writable files, no health check, an SSH server, package caches, comes from latest, or was made with ADD from a URL',
      'a finding for each, with its evidence',
    ],
    [
      103,
      'a program was copied without its library, its interpreter or its C library, or its file is made to mislead whoever looks',
      'a finding that names what is missing and who needs it; what cannot be read is a finding too, in bounded time and memory',
    ],
  ],
  'policy and exceptions': [
    [26, 'the policy has an unknown or misspelt key', 'exit 2, with the place and what was meant'],
    [
      27,
      'a policy file that was named is not there, or there is none at all',
      'exit 2; the default policy, and the report says so',
    ],
    [
      28,
      'the policy file is a bomb: aliases, nesting, size, keys with a meaning of their own',
      'exit 2, in bounded time and memory',
    ],
    [29, 'an exception is past its last day', 'the finding counts again, and the expiry is reported'],
    [30, 'an exception has no reason, owner or last day', 'exit 2'],
    [31, 'an exception lives longer than the policy allows', 'exit 2'],
    [32, 'an exception matches nothing', 'a warning; the strict policy denies'],
    [33, 'an exception has a wildcard', 'exit 2'],
    [34, 'an exception ends today, somewhere in the world', 'the last day counts, in UTC; the clock is an input'],
    [
      35,
      'a threshold is negative, no number or text, or the environment tries to switch a rule off',
      'exit 2; only the policy switches off, and every report says so',
    ],
    [36, 'the policy changed between two runs', 'the verdict carries the digest of its policy'],
  ],
  'build, secrets and context': [
    [37, 'a credential is in ARG, ENV, a label, the history, or a layer whose file was deleted later', 'a finding'],
    [38, 'the value of a secret could end up in logs, errors or reports', 'it does not'],
    [39, 'a build secret could be read after the step that mounts it', 'it cannot'],
    [40, 'a build secret that the Dockerfile needs was not given', 'exit 2, before anything is built'],
    [
      41,
      'the build context has links that point outside or in circles, or special files',
      'links stay links and are not followed, special files are left out',
    ],
    [
      42,
      'paths have spaces, line breaks, quotes, $() or a leading dash',
      'nothing is interpreted, everything is escaped',
    ],
    [
      43,
      'there are both .dockerignore and Dockerfile.dockerignore',
      'as documented, also where the specific one is empty',
    ],
    [44, 'a base is named by a tag, which moves during the run', 'a finding; one resolution is used everywhere'],
    [
      45,
      'a pull request leaves something in a cache that the build of a release uses',
      'cache mounts are apart by trust domain',
    ],
  ],
  'registry and signing': [
    [46, 'the registry refuses with 401 or 403', 'exit 4 at once, with host and scope, without the credential'],
    [47, 'the registry answers 429', 'Retry-After is honoured, within a limit'],
    [48, 'pushing meets 5xx, resets or timeouts', 'repeated, which does nothing twice'],
    [49, 'the registry has another digest than the one that was judged', 'exit 4, the tag is where it was'],
    [50, 'an immutable tag exists already', 'success where it has the same digest, otherwise exit 4'],
    [51, 'one platform fails', 'no index, no tag'],
    [52, 'two runs publish the same tag at once', 'the tag is one complete index'],
    [53, 'signing fails after the push', 'exit 4, the tag is where it was; the next run goes on from there'],
    [54, 'the services of keyless signing are down', 'long, limited repetition; nothing unsigned is released'],
    [55, 'a signature is by another identity, issuer or for another digest, or Cosign is too old', 'refused'],
    [56, 'there is no OIDC token', 'built and judged; that nothing was published is said'],
  ],
  runtime: [
    [57, 'the engine goes away during a run', 'exit 3, and reports that say that the run did not end'],
    [58, 'the disk is full', 'exit 3, and no report that reads as clean'],
    [59, 'a run is interrupted, at any stage', 'exit 130 or 143 within seconds, and no tag is moved'],
    [60, 'no engine answers, or something else than a fitting engine', 'exit 3, with what to do'],
    [61, 'there is no network', 'it works from what is there, or says which fetch is missing'],
    [62, 'only the policy or only the database changed since the last run', 'the verdict is made anew'],
  ],
  reports: [
    [63, 'names in the HTML report carry markup or script addresses', 'escaped; the page has no scripts'],
    [64, 'names in the Markdown report carry tables, links, mentions or HTML', 'escaped'],
    [65, 'names in the JUnit report carry control characters, "]]>" or lone surrogates', 'valid XML'],
    [66, 'names carry workflow commands of a CI service', 'encoded'],
    [67, 'names carry escape sequences of a terminal', 'taken out'],
    [
      68,
      'the SARIF report is larger than code scanning takes',
      'the worst first, the others counted, valid by the schema',
    ],
    [69, 'the summary is larger than 1 MiB', 'cut, and says so'],
    [70, 'there are more than ten annotations of a kind', 'the ten worst, and the count'],
    [71, 'the report directory cannot be written, or writing fails', 'exit 3'],
    [72, 'a scaffold meets files that exist', 'never written over unasked'],
  ],
  'the application as an attacker': [
    [
      73,
      'a file of the application configures, or runs in, the process of Loadline or a program that it starts: tsconfig.json, packages, .npmrc, Python modules, git configuration, hooks, filters, a bare repository',
      'nothing of it is read; facts come out as without it',
    ],
    [
      74,
      'a file to read or write is a link, a device or a pipe, or goes through a link that somebody committed',
      'named; never followed, waited for or uploaded',
    ],
    [
      75,
      'another reader understands a Dockerfile otherwise than BuildKit does',
      'what is judged is what is built, or it is refused',
    ],
    [76, 'rewriting would touch bytes of a here-document, a comment, a string or a shipped file', 'it never does'],
    [77, 'a stage that is not built names an image that cannot be had', 'not asked for, and not judged'],
    [
      78,
      "a step would end the engine, leave its network, or be fetched with the caller's credentials",
      'refused with its line before anything is built; a dead engine is said',
    ],
    [
      79,
      'the application, or whoever takes a name that is free, says which programs judge it: by the lock file, the policy, the environment, or a package that CI runs by name',
      'exit 2; generated CI runs what somebody named, by commit',
    ],
    [
      80,
      'what the organisation locks is reached through another door: ignore files, VEX documents, a baseline, a rule that is switched off, a narrower number, an option',
      'exit 2, with the line of the lock',
    ],
    [
      81,
      'a cache is shared by a name that anybody can choose, or with the trust of a branch for an event that anybody can cause',
      'scopes name the repository and who can write; where that is not known, a scope is used once',
    ],
    [
      82,
      'a build secret could be read by a later step, in a later stage or as a variable',
      'it cannot, or the Dockerfile is refused',
    ],
    [
      83,
      'package records are emptied or written over, or contradict the base, os-release or the files',
      'a finding that says which, or undecided',
    ],
    [
      84,
      'a secret lies where scanners do not look: version control, vendored code, archives, encodings, machine code, names, attributes, behind the end of an archive',
      'found, or its place is named as not looked at; what exhausts the search denies',
    ],
    [
      85,
      'the image changes itself while it is tested, or finds out that it is',
      'tests of files read the archive, each command has a copy and no network',
    ],
    [86, 'a file has capabilities or a list of writers, or is a device node', 'a finding, as setuid is'],
    [
      87,
      'what an image says while it runs has escape sequences, workflow commands, or megabytes',
      'printable and bounded; a test that printed more than is read proves nothing',
    ],
  ],
  'what was not made here': [
    [
      96,
      "a file of a directory that is audited is somebody else's, a template or broken",
      'passed over and listed with the reason, and the rest is judged; exit 2 for one that was named',
    ],
    [
      97,
      'a workload is of a kind that nobody here knows, or nothing that is deployed was found',
      'its pods are found by their shape, or it is named as not judged; nothing judged is exit 3',
    ],
    [98, 'a variable whose value nobody here knows decides what is judged', 'manual, and never a pass'],
    [99, 'a step of the build fails', 'exit 2, with its line, command, exit code and last output'],
    [
      100,
      'an image that was given is cut off, changed, several images or none',
      'exit 2, with the reason; nothing is judged',
    ],
    [
      101,
      'an image is given without a Dockerfile',
      'rejected unless the policy names it; what rests on a Dockerfile is not judged, and no report calls it passed',
    ],
    [
      102,
      'findings of another scanner are cut off, of a scan that failed, or about another image',
      'exit 2, and rejected where they name another image; never "nothing found"',
    ],
  ],
  'the world': [
    [
      88,
      'the image of a tool runs as a user of its own',
      'that user reads the credentials that it is given, and nobody else does',
    ],
    [
      89,
      'control groups are of the first version or the second, with or without accounting of swap, or a controller is missing',
      'the run under hardening has its limits, or the missing controller is named',
    ],
    [
      90,
      'a publisher moves a tag, a path or the way in which a tool says its version',
      'the program is where the image says; a digest that is not there is said in one sentence, with how sure it was',
    ],
    [
      91,
      'a pull is refused, limited, slow, untrusted, or the registry is away',
      'the reason, and what to do; no other path begins without a word',
    ],
    [
      92,
      'the site that the Dagger CLI comes from is away',
      'the kept one is used; without one it is said, address by address',
    ],
    [
      93,
      'credentials are kept by a helper',
      'it is asked on the machine of whoever calls, for the one registry that is needed',
    ],
    [94, 'the engine is of another architecture', 'its own platform is built and judged'],
  ],
}

export const faults: readonly Fault[] = Object.entries(lines).flatMap(([theme, entries]) =>
  entries.map(([number, fault, outcome, waitsFor]): Fault => ({
    number,
    theme: theme as Fault['theme'],
    fault,
    outcome,
    ...(waitsFor === undefined ? {} : { waitsFor }),
  })),
)
