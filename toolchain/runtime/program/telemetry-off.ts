/**
 * Stands in for the SDK's set-up of OpenTelemetry, which stays off unless OTEL_SDK_DISABLED is "false", and the engine never sets
 * that for a module. Loading its exporters only to leave them unused would cost a third of a call's start.
 */
export class DaggerOtelConfigurator {
  initialize(): void {}

  async close(): Promise<void> {}
}
