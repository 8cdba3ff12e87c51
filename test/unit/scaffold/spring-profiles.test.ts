import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { findEndpoints } from '../../../src/scaffold/endpoints.ts'
import { readSettings, shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { worthReading } from '../../../src/scaffold/source-tree.ts'
import { profilesInImage } from '../../../src/scaffold/spring/container-profiles.ts'
import { treeOf } from './applications.ts'

const controller = {
  'src/main/java/A.java':
    '@RestController\nclass A {\n  @Value("${shop.api-url}") String api;\n  @GetMapping("/health") String health() { return ""; }\n public static void main(String[] a) {}\n}\n',
}

/** The path of health, and the settings, of an application with these files of configuration. */
function readOf(
  configuration: Record<string, string>,
  dockerfile?: string,
  settings: Record<string, string | null> = {},
): string[] {
  const files = {
    ...controller,
    ...Object.fromEntries(Object.entries(configuration).map(([name, text]) => [`src/main/resources/${name}`, text])),
    ...(dockerfile === undefined ? {} : { Dockerfile: `FROM eclipse-temurin:21\n${dockerfile}\n` }),
  }
  const code = shippedCode(treeOf(files), 'java', ['src/main'], settings)
  return [findEndpoints(code, 'java').health ?? 'asked for', ...readSettings(code, 'java').map(({ name }) => name)]
}

const shop = 'server.servlet.context-path: /shop\nurl: ${SHOP_URL}\n'

describe('a profile that may be active where it runs is read for the path of health and for settings:', () => {
  it.each<[string, Record<string, string>, string | undefined, string[]]>([
    ...['k8s', 'kubernetes', 'cloud', 'docker', 'prod', 'production', 'live', 'prd'].map(
      (name): [string, Record<string, string>, undefined, string[]] => [
        `the name ${name} means a deployment`,
        { [`application-${name}.yml`]: shop },
        undefined,
        ['asked for', 'SHOP_APIURL', 'SHOP_URL'],
      ],
    ),
    [
      'one that says what all files say leaves nothing open',
      { 'application.yml': 'server.servlet.context-path: /shop\n', 'application-k8s.yml': shop },
      undefined,
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    ...['staging', 'dev', 'nonprod', 'k8s-dev'].map((name): [string, Record<string, string>, undefined, string[]] => [
      `the name ${name} does not`,
      { [`application-${name}.yml`]: shop },
      undefined,
      ['/health', 'SHOP_APIURL'],
    ]),
    [
      'the Dockerfile says which',
      { 'application-staging.yml': shop, 'application-prod.yml': 'url: ${PROD_URL}\n' },
      'ENV SPRING_PROFILES_ACTIVE=staging',
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'also of documents',
      { 'application.yml': `a: 1\n---\nspring.config.activate.on-profile: k8s & eu\n${shop}` },
      'ENTRYPOINT ["java", "-Dspring.profiles.active=k8s,eu", "-jar", "a.jar"]',
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'of several the file of one has the last word',
      { 'application-eu.yml': shop, 'application.properties': 'server.servlet.context-path=/all\n' },
      'ENV SPRING_PROFILES_ACTIVE=eu',
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'the files say which by default',
      { 'application.properties': 'spring.profiles.active=h2\n', 'application-h2.yml': shop },
      undefined,
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'a default that a variable replaces',
      { 'application.yml': 'spring.profiles.active: ${PROFILE:k8s}\n', 'application-k8s.yml': shop },
      undefined,
      ['/shop/health', 'PROFILE', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'a default of developers is none',
      {
        'application.yml': 'spring.profiles.active: dev\n',
        'application-dev.yml': 'server.servlet.context-path: /dev\nshop.api-url: x\n',
        'application-prod.yml': 'url: ${PROD_URL}\n',
      },
      undefined,
      ['/health', 'PROD_URL', 'SHOP_APIURL'],
    ],
    [
      'beside production, docker counts for paths alone',
      { 'application-docker.yml': `${shop}shop.api-url: x\n`, 'application-prod.yml': 'url: ${PROD_URL}\n' },
      undefined,
      ['asked for', 'PROD_URL', 'SHOP_APIURL'],
    ],
    [
      'one that is included, and one of a group',
      {
        'application.yml': 'spring.profiles.include: db\nspring.profiles.group.prod: [mq]\n',
        'application-db.yml': shop,
        'application-mq.yml': 'url: ${MQ_URL}\n',
      },
      undefined,
      ['/shop/health', 'MQ_URL', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'what is not for a platform is for production',
      {
        'application.yml': `a: 1\n---\nspring.config.activate.on-profile: "!k8s"\n${shop}`,
        'application-prod.yml': '',
      },
      undefined,
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
    [
      'what is not for developers holds everywhere',
      { 'application.yml': `spring.config.activate.on-profile: "!local"\n${shop}` },
      undefined,
      ['/shop/health', 'SHOP_APIURL', 'SHOP_URL'],
    ],
  ])('%s', (_, configuration, dockerfile, expected) => {
    expect(readOf(configuration, dockerfile)).toEqual(expected)
  })

  it('those that a person sets as a setting, whatever the Dockerfile says', () => {
    const configuration = { 'application-eu.yml': shop, 'application-prod.yml': 'url: ${PROD_URL}\n' }
    const told = 'ENV SPRING_PROFILES_ACTIVE=prod'
    const set = (value: string | null) => readOf(configuration, told, { SPRING_PROFILES_ACTIVE: value })
    expect(set('eu')).toEqual(['/shop/health', 'SHOP_APIURL', 'SHOP_URL'])
    expect(set(null)).toEqual(['/health', 'PROD_URL', 'SHOP_APIURL'])
  })

  it('a list that has its elements is stated', () => {
    const code = '@ConfigurationProperties("shop")\nrecord B(@NotNull List<String> hosts, @NotNull String key) {}\n'
    const files = { 'src/main/java/B.java': code, 'src/main/resources/application.yml': 'shop.hosts: [a, b]\n' }
    const read = readSettings(shippedCode(treeOf(files), 'java', ['src/main']), 'java')
    expect(read.map(({ name }) => name)).toEqual(['SHOP_KEY'])
  })
})

describe('the profiles that a Dockerfile starts with', () => {
  it.each<[string, string[] | undefined]>([
    ['ENV SPRING_PROFILES_ACTIVE=prod,k8s', ['prod', 'k8s']],
    ['ENV SPRING_PROFILES_ACTIVE prod', ['prod']],
    ['ENV SPRING_PROFILES_ACTIVE=default', undefined],
    ['ARG PROFILE=eu\nENV SPRING_PROFILES_ACTIVE=$PROFILE', ['eu']],
    ['ARG PROFILE\nENV SPRING_PROFILES_ACTIVE=$PROFILE', undefined],
    ['ENV JAVA_TOOL_OPTIONS="-Xmx1g -Dspring.profiles.active=eu"', ['eu']],
    ['ENTRYPOINT ["java", "-Dspring.profiles.active=eu", "-jar", "a.jar"]', ['eu']],
    ['ENTRYPOINT ["java", "-jar", "a.jar"]\nCMD ["--spring.profiles.active=eu"]', ['eu']],
    ['ENV P=eu\nENTRYPOINT java -Dspring.profiles.active="$P" -jar a.jar', ['eu']],
    ['ENTRYPOINT ["sh", "-c", "java -Dspring.profiles.active=${P:-eu} -jar a.jar"]', ['eu']],
    ['ENTRYPOINT java -Dspring.profiles.active=$P -jar a.jar', undefined],
    ['ENV SPRING_PROFILES_ACTIVE=a\nCMD java -Dspring.profiles.active=b -jar a.jar --spring.profiles.active=c', ['c']],
    ['CMD java -Dspring.profiles.active=a -jar a.jar\nCMD ["java", "-jar", "a.jar"]', undefined],
    ['RUN java -Dspring.profiles.active=a -jar a.jar', undefined],
    ['ENV SPRING_PROFILES_ACTIVE=a\nFROM eclipse-temurin:21', undefined],
    ['ENV SPRING_PROFILES_ACTIVE=a\nFROM first', ['a']],
    ['ONBUILD ENV SPRING_PROFILES_ACTIVE=a', undefined],
    ['NOTHING', undefined],
  ])('%s', (text, expected) => {
    expect(profilesInImage(`FROM eclipse-temurin:21 AS first\n${text}\n`)).toEqual(expected)
  })
})

describe('a scaffold that replaces the Dockerfile of a Spring application', () => {
  const answers = {
    targets: ['kubernetes'],
    compliance: ['internal'],
    image: 'registry.example.com/shop/orders',
    repository: 'https://git.example.com/shop/orders',
  }
  const source = {
    ...controller,
    'pom.xml': '<project><artifactId>a</artifactId><artifactId>spring-boot-starter-actuator</artifactId></project>',
    'src/main/resources/application-eu.yml': `${shop}server.port: 8085\n`,
    Dockerfile: 'FROM eclipse-temurin:21\nENTRYPOINT ["java", "-Dspring.profiles.active=eu", "-jar", "a.jar"]\n',
  }

  it('keeps its profiles, so that it is the same when it is made again', async () => {
    const first = await makeScaffold(answers, treeOf(source))
    expect(first.application).toMatchObject({ port: 8085, health: '/shop/actuator/health/liveness' })
    expect(first.files['Dockerfile']).toContain('SPRING_PROFILES_ACTIVE=eu')
    const again = await makeScaffold(answers, treeOf({ ...source, ...first.files }))
    expect(again.files['Dockerfile']).toBe(first.files['Dockerfile'])
    expect(again.application).toMatchObject({ port: 8085, health: '/shop/actuator/health/liveness' })
  })

  it('reads what is for the profiles that a person sets', async () => {
    const given = { ...answers, settings: { SPRING_PROFILES_ACTIVE: 'eu' } }
    const { Dockerfile: _, ...files } = source
    const { health, settings } = (await makeScaffold(given, treeOf(files))).application
    expect(health).toBe('/shop/actuator/health/liveness')
    expect(settings.map(({ name }) => name)).toEqual(['SHOP_APIURL', 'SHOP_URL', 'SPRING_PROFILES_ACTIVE'])
  })

  it.each([
    ['application-k8s.yml', 'management.server.port: 9001\n'],
    ['application-cloud.properties', 'management.endpoints.web.base-path=/manage\n'],
    ['application.yml', 'a: 1\n---\nspring.config.activate.on-profile: docker\nspring.webflux.base-path: /flux\n'],
  ])('does not guess where the actuator answers if %s says otherwise', async (name, text) => {
    const files = {
      'pom.xml': source['pom.xml'],
      'src/main/java/A.java': source['src/main/java/A.java'].replace('/health', '/orders'),
    }
    const { health } = (await makeScaffold(answers, treeOf(files))).application
    expect(health).toBe('/actuator/health/liveness')
    const more = { ...files, [`src/main/resources/${name}`]: text }
    await expect(makeScaffold(answers, treeOf(more))).rejects.toThrow('expected a path that answers 200')
  })

  it('has read the Dockerfile, whatever its folder', () => {
    expect(worthReading('services/orders/Dockerfile')).toBeDefined()
    expect(worthReading('services/orders/Dockerfile.dev')).toBeUndefined()
  })
})
