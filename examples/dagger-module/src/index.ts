/**
 * A shop of two services, whose pipeline is a module of its own: it says what a release is, and leaves to Loadline whether an image may ship.
 */
import { argument, check, dag, func, object, type Directory, type Secret } from '@dagger.io/dagger'

const services = ['orders', 'billing']

@object()
export class Shop {
  /**
   * Whether every service may ship.
   *
   * @param source The repository; without it, that of this module.
   */
  @func({ cache: 'never' })
  @check()
  async images(@argument({ defaultPath: '/', ignore: ['.git', 'loadline-report'] }) source: Directory): Promise<void> {
    await Promise.all(
      services.map((service) =>
        dag
          .loadline()
          .buildAndScan(source.directory(`services/${service}`), { pathInRepository: `services/${service}` }),
      ),
    )
  }

  /**
   * The reports of every service, also where one is rejected.
   *
   * @param source The repository; without it, that of this module.
   */
  @func({ cache: 'never' })
  reports(@argument({ defaultPath: '/', ignore: ['.git', 'loadline-report'] }) source: Directory): Directory {
    return services.reduce(
      (reports, service) =>
        reports.withDirectory(
          service,
          dag
            .loadline()
            .assess(source.directory(`services/${service}`))
            .reports(),
        ),
      dag.directory(),
    )
  }

  /**
   * Releases one service. Only what passed has a release: `passed` ends with an error for anything else.
   *
   * @param source The repository.
   * @param service Which service.
   * @param registry Registry and path below which the services lie, e.g. registry.example.com/shop.
   * @param key Cosign private key to sign with.
   * @param version Semantic version of the image.
   */
  @func({ cache: 'never' })
  release(source: Directory, service: string, registry: string, key: Secret, version: string): Directory {
    return dag
      .loadline({ cacheScope: 'release' })
      .assess(source.directory(`services/${service}`), { version, label: [`com.example.service=${service}`] })
      .passed()
      .release(`${registry}/${service}`, { key, tag: ['type=semver,pattern={{version}}'] })
  }
}
