import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { StackReading } from '../application.ts'
import { actuatorPath } from '../routes/configured-path.ts'
import type { Setting } from '../settings/setting.ts'
import { configuredValues, valueByDefault } from '../spring/configured-value.ts'
import { profilesInImage, profilesVariable } from '../spring/container-profiles.ts'
import { shippedConfiguration } from '../spring/shipped-configuration.ts'
import type { SourceTree } from '../source-tree.ts'
import type { Stack } from '../stack.ts'
import { mainClass, refuseOtherStart } from './java-start.ts'

/** Long-term releases of Java available on a base without a shell, oldest first: the lowest that runs the application is chosen. */
const javas = [
  {
    release: 17,
    maven: 'maven:3-eclipse-temurin-17',
    gradle: 'gradle:8-jdk17',
    run: 'gcr.io/distroless/java17-debian12:nonroot',
  },
  {
    release: 21,
    maven: 'maven:3-eclipse-temurin-21',
    gradle: 'gradle:8-jdk21',
    run: 'gcr.io/distroless/java21-debian12:nonroot',
  },
]

// The heap takes three quarters of the container's memory limit. A JVM out of heap exits, and the platform starts another.
const jvmOptions = [
  '-XX:MaxRAMPercentage=75.0',
  '-XX:+ExitOnOutOfMemoryError',
  '-XX:-UsePerfData',
  '-Djava.io.tmpdir=/tmp',
]

/** What names no version to install: comments, and which Java and Maven a build asks for. */
const notInstalled = /<!--[\s\S]*?(?:-->|$(?![\s\S]))|<(require\w+|rules)>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/g

export const javaMaven: Stack = {
  name: 'java-maven',
  title: 'Java with Maven',
  signs: ['pom.xml'],
  lock: {
    wanted: 'a pom.xml in which every version is fixed (Maven has no lock file)',
    make: 'replace ranges, LATEST, RELEASE and -SNAPSHOT with versions',
  },
  locked: (tree) =>
    tree.texts.has('pom.xml') &&
    !/<version>\s*([[(][^<]*|LATEST\s*|RELEASE\s*)<\/version>|<dependency>(?:(?!<\/?dependency>)[\s\S])*-SNAPSHOT\s*<\/version>/.test(
      (tree.texts.get('pom.xml') ?? '').replaceAll(notInstalled, ''),
    ),
  read(tree, answers) {
    const pom = (tree.texts.get('pom.xml') ?? '').replaceAll(/<!--[\s\S]*?(?:-->|$(?![\s\S]))/g, '')
    if (!/<project[\s>]/.test(pom))
      throw new DeliveryError('SOURCE', 'expected a Maven project in pom.xml, found something else', 'Fix pom.xml.')
    if (/<modules>/.test(pom))
      throw new DeliveryError(
        'SOURCE',
        'expected one application, found a pom.xml with modules',
        'Pass the directory of one module with --path; its parent must come from a repository.',
      )
    refuseOtherStart(tree, pom)
    const own = pom.replaceAll(
      /<(parent|dependencies|dependencyManagement|build|profiles)>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/g,
      '',
    )
    const java = chooseJava(
      /<(?:maven\.compiler\.release|maven\.compiler\.target|java\.version|release)>\s*(?:1\.)?(\d+)\s*</.exec(pom)?.[1],
    )
    const main = mainClass(tree, answers, /<(?:mainClass|start-class|exec\.mainClass)>\s*([\w.$]+)\s*</.exec(pom)?.[1])
    return {
      ...read(tree, answers, pom),
      stack: 'java-maven',
      name: /<artifactId>\s*([^<\s]+)/.exec(own)?.[1],
      description: /<description>([^<]+)</.exec(own)?.[1]?.trim(),
      bases: { build: java.maven, run: java.run },
      template: 'java-maven.Dockerfile',
      values: {},
      sources: ['pom.xml', 'src/main'],
      inImage: [],
      entrypoint: ['/usr/bin/java', ...jvmOptions, '-cp', '/app/classes:/app/lib/*', main],
      secret:
        answers.privateRegistry || /<repositories>/.test(pom)
          ? { id: 'maven-settings', target: '/root/.m2/settings.xml' }
          : undefined,
    }
  },
}

export const javaGradle: Stack = {
  name: 'java-gradle',
  title: 'Java with Gradle',
  signs: ['build.gradle', 'build.gradle.kts'],
  lock: {
    wanted: 'gradle.lockfile',
    make: 'dependencyLocking { lockAllConfigurations() } in the build file, then: gradle dependencies --write-locks',
  },
  locked: (tree) => tree.texts.has('gradle.lockfile'),
  read(tree, answers) {
    const files = [
      'build.gradle',
      'build.gradle.kts',
      'settings.gradle',
      'settings.gradle.kts',
      'gradle.properties',
      'gradle.lockfile',
      'gradle/verification-metadata.xml',
      'gradle/libs.versions.toml',
    ].filter((path) => tree.paths.includes(path))
    const build = (tree.texts.get('build.gradle') ?? tree.texts.get('build.gradle.kts') ?? '').replaceAll(
      /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|^[ \t]*\/\/.*$/gm,
      '',
    )
    const settings = tree.texts.get('settings.gradle') ?? tree.texts.get('settings.gradle.kts') ?? ''
    if (/^[ \t]*include\b/m.test(settings))
      throw new DeliveryError(
        'SOURCE',
        'expected one application, found a Gradle build with several projects',
        'Make the application a separate build and pass its directory with --path.',
      )
    refuseOtherStart(tree, `${build}\n${tree.texts.get('gradle.lockfile') ?? ''}`)
    if (
      !/\bid\s*(?:\(\s*)?['"]application['"]|^[ \t]*`?application`?[ \t\r]*$|apply\s+plugin:\s*['"]application['"]/m.test(
        build,
      )
    ) {
      throw new DeliveryError(
        'SOURCE',
        'expected a build with the application plugin, whose installDist lays out what runs; found none',
        "Add id 'application' to the plugins, and application { mainClass = '...' }.",
      )
    }
    const name = /rootProject\.name\s*=\s*['"]([^'"]+)/.exec(settings)?.[1]
    const java = chooseJava(
      /(?:JavaLanguageVersion\.of\(|JavaVersion\.VERSION_|options\.release\s*=\s*|sourceCompatibility\s*=\s*['"]?)(?:1[._])?(\d+)/.exec(
        build,
      )?.[1],
    )
    const main = mainClass(tree, answers, /mainClass(?:\.set\()?\s*(?:=\s*)?\(?['"]([\w.$]+)/.exec(build)?.[1])
    const [folders, top] = [files.filter((path) => path.includes('/')), files.filter((path) => !path.includes('/'))]
    return {
      ...read(tree, answers, `${build}\n${tree.texts.get('gradle.lockfile') ?? ''}`),
      stack: 'java-gradle',
      name,
      description: /^description\s*=\s*['"]([^'"]+)/m.exec(build)?.[1],
      bases: { build: java.gradle, run: java.run },
      template: 'java-gradle.Dockerfile',
      values: { lockFiles: top.join(' '), copyGradle: folders.length === 0 ? '' : `COPY ${folders.join(' ')} gradle/` },
      sources: [...files, 'src/main'],
      inImage: [],
      entrypoint: ['/usr/bin/java', ...jvmOptions, '-cp', '/app/lib/*', main],
      secret:
        answers.privateRegistry || /\bcredentials\b/.test(build)
          ? { id: 'gradle-properties', target: '/var/cache/gradle/gradle.properties' }
          : undefined,
    }
  },
}

function read(
  tree: SourceTree,
  answers: Answers,
  described: string,
): Omit<
  StackReading,
  'stack' | 'name' | 'description' | 'bases' | 'template' | 'values' | 'sources' | 'inImage' | 'entrypoint' | 'secret'
> {
  // Artifacts by their own names, in Maven's and in Gradle's spelling.
  const libraries = new Set(
    [...described.matchAll(/<artifactId>\s*([^<\s]+)|(?<![\w.-])[\w.-]+:([\w.-]+)(?::[^\s'"=]+)?/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    ),
  )
  const spring = /spring-boot/.test(described)
  const actuator = /spring-boot-starter-actuator/.test(described)
  const configuration = shippedConfiguration(tree, answers.settings)
  const answered = actuatorPath(configuration)
  const port = /^\d+$/.exec(valueByDefault(configuredValues(configuration, ['server.port'])[0]?.value ?? '') ?? '')?.[0]
  const profiles = profilesInImage(tree.texts.get('Dockerfile'))
  return {
    language: 'java',
    repository: undefined,
    ...(spring
      ? {
          jsonLogs:
            'Spring Boot writes JSON, one object per line, to standard output (`LOGGING_STRUCTURED_FORMAT_CONSOLE`, from Spring Boot 3.4 on).',
        }
      : {}),
    environment: spring
      ? {
          LOGGING_STRUCTURED_FORMAT_CONSOLE: 'ecs',
          SERVER_SHUTDOWN: 'graceful',
          SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: '20s',
          // The Dockerfile that this one replaces may have them in its command.
          ...(profiles === undefined ? {} : { [profilesVariable]: profiles.join(',') }),
          ...(actuator
            ? {
                MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: 'true',
                MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,prometheus',
              }
            : {}),
        }
      : {},
    ...(port !== undefined ? { port: Number(port) } : spring ? { port: 8080 } : {}),
    ...(actuator && answered !== undefined
      ? {
          health: `${answered}/health/liveness`,
          ready: `${answered}/health/readiness`,
          metrics: `${answered}/prometheus`,
        }
      : {}),
    libraries,
    implied: spring ? dataSourceSettings(libraries, tree) : [],
    structure: { present: '/usr/bin/java', absent: ['/usr/bin/javac', '/usr/bin/mvn', '/src'] },
    notes: [],
  }
}

function chooseJava(wanted: string | undefined): (typeof javas)[number] {
  const found = javas.find(({ release }) => Number(wanted ?? 17) <= release)
  if (found !== undefined) return found
  throw new DeliveryError(
    'SOURCE',
    `expected an application for Java 21 or older, which bases without a shell have; found release ${wanted}`,
    'Lower the release, or write the Dockerfile yourself.',
  )
}

/**
 * What Spring Boot reads for its data sources, whatever the code says:
 * https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding
 */
function dataSourceSettings(libraries: ReadonlySet<string>, tree: SourceTree): Setting[] {
  const path = tree.paths.find((name) => name.startsWith('src/main/resources/application.')) ?? ''
  const names = [
    ...(libraries.has('postgresql')
      ? ['SPRING_DATASOURCE_URL', 'SPRING_DATASOURCE_USERNAME', 'SPRING_DATASOURCE_PASSWORD']
      : []),
    ...(libraries.has('spring-boot-starter-data-redis')
      ? ['SPRING_DATA_REDIS_HOST', 'SPRING_DATA_REDIS_PORT', 'SPRING_DATA_REDIS_PASSWORD']
      : []),
  ]
  return names.map((name) => ({ name, path, line: 1, required: true, fallback: undefined }))
}
